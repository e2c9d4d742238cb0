package org.kvm4j.machine;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;

/**
 * The guest's own clocks, kvm-clock and TSC, which KVM lets run on while no vCPU does.
 *
 * <p>They stand with the VM's clock, so that the guest finds all of its clocks in step after a
 * pause. On a KVM without KVM_VCPU_TSC_OFFSET (before Linux 5.16) the TSC runs on.
 *
 * <p>Threading: one thread at a time, while the gate is closed and all vCPUs stand.
 */
final class GuestClocks {

  private static final int MSR_IA32_TSC = 0x10;

  /** By its TSC the others go: a difference between vCPUs would make a guest distrust them all. */
  private static final int REFERENCE = 0;

  private final Vm vm;
  private final PauseGate gate;
  private boolean stopped;
  private long kvmClockNanos;
  private long tsc;

  GuestClocks(Vm vm, PauseGate gate) {
    this.vm = vm;
    this.gate = gate;
  }

  /** Takes note of where they are. */
  void stop() {
    tsc = referenceTsc();
    kvmClockNanos = vm.clocks().kvmClock().nanos();
    stopped = true;
  }

  /** Puts them back there, if they were stopped. */
  void start() {
    if (!stopped) {
      return;
    }
    stopped = false;
    long missed = referenceTsc() - tsc;
    gate.onEach(vcpu -> setBack(vcpu, missed));
    vm.clocks().setKvmClock(kvmClockNanos); // last: it is computed from the TSC
  }

  private static void setBack(Vcpu vcpu, long ticks) {
    if (vcpu.tsc().hasOffset()) {
      vcpu.tsc().setOffset(vcpu.tsc().offset() - ticks);
    }
  }

  private long referenceTsc() {
    AtomicLong found = new AtomicLong();
    gate.onEach(
        vcpu -> {
          if (vcpu.id() == REFERENCE) {
            found.set(vcpu.msrs(List.of(MSR_IA32_TSC)).get(0).value());
          }
        });
    return found.get();
  }
}
