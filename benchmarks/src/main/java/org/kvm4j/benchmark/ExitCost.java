package org.kvm4j.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import java.util.Scanner;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;

/**
 * What an exit costs through {@link Vcpu#run}; exit_cost.c is the same in C.
 *
 * <p>Each line on stdin is a kind of access and a number of exits; the answer is a line with the
 * nanoseconds per exit.
 */
public final class ExitCost {

  private static final long RAM_BYTES = 0x1_0000;
  private static final int CODE = 0x8000;
  private static final int PORT = 0x510;
  private static final long MMIO = 0xd000_0000L;

  private final Latch latch = new Latch();
  private final Vm vm;
  private final Vcpu vcpu;

  private ExitCost(Vm vm) {
    this.vm = vm;
    PioSpace pio = new PioSpace();
    pio.register(PORT, 1, latch.port());
    MmioSpace mmio = new MmioSpace();
    mmio.register(MMIO, 0x1000, latch.memory());
    vm.addMemory(0, RAM_BYTES);
    vcpu = vm.createVcpu(0, new Buses(pio, mmio));
    SpecialRegisters reset = vcpu.specialRegisters();
    vcpu.setSpecialRegisters(
        reset.toBuilder()
            .cs(Segment.code32(0x8))
            .dataSegments(Segment.data32(0x10))
            .cr0(reset.cr0() | SpecialRegisters.CR0_PE)
            .build());
  }

  /** Answers until its input ends. */
  public static void main(String[] args) {
    try (Hypervisor hypervisor = Kvm.open();
        Vm vm = hypervisor.createVm();
        Scanner input = new Scanner(System.in, US_ASCII)) {
      ExitCost cost = new ExitCost(vm);
      while (input.hasNext()) {
        String name = input.next().toUpperCase(Locale.ROOT).replace('-', '_');
        double nanos = cost.nanosPerExit(Access.valueOf(name), input.nextInt());
        System.out.printf(Locale.ROOT, "%.1f%n", nanos);
      }
    }
  }

  private double nanosPerExit(Access access, int exits) {
    vm.memory().write(CODE, access.code());
    vcpu.setRegisters(
        Registers.builder().rax(0x5a).rbx(MMIO).rcx(exits).rdx(PORT).rip(CODE).build());
    long start = System.nanoTime();
    VcpuExit exit = vcpu.run();
    long end = System.nanoTime();
    int served = latch.takeServed();
    if (!(exit instanceof VcpuExit.Halt) || served != exits) {
      throw new IllegalStateException(
          "%d accesses served, then %s; %d expected, then Halt".formatted(served, exit, exits));
    }
    return (double) (end - start) / exits;
  }
}
