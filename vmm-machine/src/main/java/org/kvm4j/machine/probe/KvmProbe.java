package org.kvm4j.machine.probe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vm;

/**
 * Tells what this machine's KVM can and cannot do, by running guests of a few bytes.
 *
 * <p>Takes one to two seconds. A guest that hangs is ended after a second, and after three of them
 * no more are tried. All VMs and threads are closed again.
 *
 * <p>Threading: the guests run on the calling thread, which must be a platform thread.
 */
public final class KvmProbe {

  private static final Duration GUEST_LIMIT = Duration.ofSeconds(1);

  private final Hypervisor hypervisor;
  private final Duration guestLimit;
  private final LongSupplier nanoTime;

  KvmProbe(Hypervisor hypervisor, Duration guestLimit, LongSupplier nanoTime) {
    this.hypervisor = hypervisor;
    this.guestLimit = guestLimit;
    this.nanoTime = nanoTime;
  }

  /**
   * Probes an open KVM.
   *
   * @throws org.kvm4j.KvmException if KVM is not usable at all: it does not even build a VM
   */
  public static KvmReport run(Hypervisor hypervisor) {
    return new KvmProbe(hypervisor, GUEST_LIMIT, System::nanoTime).run();
  }

  KvmReport run() {
    List<CapabilityResult> capabilities = CapabilityList.query(hypervisor);
    if (capabilities.stream().anyMatch(CapabilityResult::isMissed)) {
      return new KvmReport(hypervisor.apiVersion(), capabilities, List.of(), Optional.empty());
    }
    CpuidTable cpuid = hypervisor.supportedCpuid().forVcpu(0, 1);
    // KVM switches virtualisation on in every CPU for the first VM and off after the last: one VM
    // that
    // stays spares that for each of the many short ones.
    try (Vm stays = hypervisor.createVm();
        Watchdog watchdog = new Watchdog(guestLimit)) {
      List<InstructionResult> instructions =
          new InstructionProber(hypervisor, cpuid, guestLimit, watchdog)
              .probeAll(InstructionList.load());
      Optional<Speed> speed =
          instructions.get(0).outcome() == Outcome.WORKS
              ? new SpeedProbe(hypervisor, cpuid, watchdog, nanoTime).measure()
              : Optional.empty();
      return new KvmReport(hypervisor.apiVersion(), capabilities, instructions, speed);
    }
  }
}
