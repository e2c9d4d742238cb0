package org.kvm4j.core;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.kvm4j.Buses;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;

/** A small VM on {@code /dev/kvm}: 1 MiB of RAM from address 0 on, and a few bytes of code. */
final class Guest implements AutoCloseable {

  /** Where code is loaded. */
  static final int CODE = 0x8000;

  /** Memory that code may use as it likes. */
  static final int DATA = 0x500;

  private static final int STACK = 0x7000;
  private static final long RAM_BYTES = 1 << 20;

  final PioSpace pio = new PioSpace();
  final MmioSpace mmio = new MmioSpace();
  final Hypervisor hypervisor;
  final Vm vm;
  private final CpuidTable cpuid;
  private final List<GuestCpu> cpus = new ArrayList<>();

  private Guest(Hypervisor hypervisor, boolean irqchip) {
    this.hypervisor = hypervisor;
    cpuid = hypervisor.supportedCpuid();
    vm = hypervisor.createVm();
    if (irqchip) {
      vm.createIrqchip();
    }
    vm.addMemory(0, RAM_BYTES);
  }

  /** A VM without interrupt controllers. */
  static Guest bare() {
    return new Guest(ObservedKvm.open(), false);
  }

  /** As {@link #bare}, but nobody looks on: for counting what an exit allocates. */
  static Guest unobserved() {
    return new Guest(Kvm.open(), false);
  }

  /** A VM with PIC, IOAPIC and local APICs in the kernel. */
  static Guest withIrqchip() {
    return new Guest(ObservedKvm.open(), true);
  }

  /**
   * Adds the boot processor with its code.
   *
   * @param listing one instruction a line, hexadecimal bytes, then {@code ;} and its disassembly
   */
  GuestCpu boot(Mode mode, String listing) {
    load(CODE, listing);
    Vcpu vcpu = newVcpu();
    vcpu.setSpecialRegisters(mode.from(vcpu.specialRegisters(), vm.memory()));
    vcpu.setRegisters(vcpu.registers().toBuilder().rip(CODE).rsp(STACK).rflags(2).build());
    return add(vcpu);
  }

  /** Adds a processor as it is after reset. */
  GuestCpu addCpu() {
    return add(newVcpu());
  }

  /** Puts code into memory. */
  void load(int address, String listing) {
    vm.memory().write(address, assemble(listing));
  }

  /** Waits for the runs to end, and closes everything. */
  @Override
  public void close() {
    vm.close();
    hypervisor.close();
    cpus.forEach(GuestCpu::end);
  }

  private Vcpu newVcpu() {
    Vcpu vcpu = vm.createVcpu(cpus.size(), new Buses(pio, mmio));
    vcpu.setCpuid(cpuid); // newer kernels allow no CR4.PAE without it
    return vcpu;
  }

  private GuestCpu add(Vcpu vcpu) {
    GuestCpu cpu = new GuestCpu(vcpu);
    cpus.add(cpu);
    return cpu;
  }

  private static byte[] assemble(String listing) {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    listing
        .lines()
        .map(line -> line.replaceFirst(";.*", "").replace(" ", ""))
        .forEach(hex -> code.writeBytes(HexFormat.of().parseHex(hex)));
    return code.toByteArray();
  }
}
