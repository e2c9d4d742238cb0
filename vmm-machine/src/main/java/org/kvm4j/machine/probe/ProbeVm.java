package org.kvm4j.machine.probe;

import java.util.concurrent.Future;
import org.kvm4j.Buses;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.machine.boot.MemoryLayout;

/**
 * A VM for one probe guest, with interrupt controllers and one vCPU but no devices.
 *
 * <p>Threading: one thread, but for what the watchdog does.
 */
final class ProbeVm implements AutoCloseable {

  /** How a guest came to its end. */
  sealed interface End {
    /** A port handler called {@link #stop}. */
    record Stopped() implements End {}

    /** The watchdog had to kick it. */
    record TimedOut() implements End {}

    /** KVM gave up on it, for this reason. */
    record Exited(VcpuExit exit) implements End {}
  }

  private final PioSpace pio = new PioSpace();
  private final Vm vm;
  private final Vcpu vcpu;
  private boolean stopped;
  private volatile boolean timedOut;

  /**
   * Builds a VM.
   *
   * @throws org.kvm4j.KvmException if KVM refuses, with nothing left behind
   */
  ProbeVm(Hypervisor hypervisor, CpuidTable cpuid, ProbeImage image) {
    vm = hypervisor.createVm();
    try {
      vcpu = assemble(cpuid, image);
    } catch (RuntimeException | Error e) {
      vm.close();
      throw e;
    }
  }

  private Vcpu assemble(CpuidTable cpuid, ProbeImage image) {
    vm.setTssAddress(MemoryLayout.TSS_ADDRESS);
    vm.setIdentityMapAddress(MemoryLayout.IDENTITY_MAP_ADDRESS);
    vm.createIrqchip();
    vm.addMemory(0, ProbeImage.RAM_BYTES);
    image.write(vm.memory());
    Vcpu created = vm.createVcpu(0, new Buses(pio, new MmioSpace()));
    created.setCpuid(cpuid);
    created.setSpecialRegisters(ProbeImage.specialRegisters(created.specialRegisters(), cpuid));
    created.setFpu(FpuState.initial());
    created.setRegisters(ProbeImage.registers());
    return created;
  }

  /** Answers ports; before {@link #run}. */
  void onPorts(int first, int count, PioHandler handler) {
    pio.register(first, count, handler);
  }

  /** Drives an input of the interrupt controllers. */
  void setIrqLine(int gsi, boolean high) {
    vm.setIrqLine(gsi, high);
  }

  /** Ends the guest; to be called by a port handler, within {@link #run}. */
  void stop() {
    stopped = true;
    vcpu.kick();
  }

  /** Runs the guest to its end, which comes at the latest when its time is up. */
  End run(Watchdog watchdog) {
    Future<?> alarm = watchdog.schedule(this::timeOut);
    try {
      while (true) {
        VcpuExit exit = vcpu.run();
        if (stopped) {
          return new End.Stopped();
        }
        if (!(exit instanceof VcpuExit.Interrupted)) {
          return new End.Exited(exit);
        }
        if (timedOut) {
          return new End.TimedOut();
        }
      }
    } finally {
      alarm.cancel(false);
    }
  }

  private void timeOut() {
    timedOut = true;
    vcpu.kick();
  }

  @Override
  public void close() {
    vm.close();
  }
}
