package org.kvm4j.machine;

import java.util.Optional;
import java.util.function.Supplier;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.Vcpu;
import org.kvm4j.irq.DeliveryMode;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.VcpuEvents;

/** What, if anything, could make a vCPU go on. */
enum VcpuRest {
  /** It runs, or an interrupt or something under way already may wake it. */
  NONE,
  /** It executed {@code hlt} with interrupts off: only an NMI, an SMI or an INIT wakes it. */
  HALTED,
  /** It waits for a start-up IPI. */
  NOT_STARTED;

  private static final long RFLAGS_IF = 1 << 9;
  private static final int LVT_DELIVERY_MODE_SHIFT = 8;

  // KVM_STATE_NESTED_*
  private static final int NESTED_GUEST_MODE = 1;
  private static final int NESTED_RUN_PENDING = 2;

  /**
   * Asks KVM; on the vCPU's own thread, just after a run.
   *
   * @throws org.kvm4j.KvmException if the kernel refuses
   */
  static VcpuRest of(Vcpu vcpu) {
    return switch (vcpu.mpState()) { // first: it makes KVM act on an INIT that waits
      case UNINITIALIZED, INIT_RECEIVED -> NOT_STARTED;
      case HALTED -> isDeaf(vcpu) ? HALTED : NONE;
      case RUNNABLE, SIPI_RECEIVED, AP_RESET_HOLD -> NONE;
    };
  }

  private static boolean isDeaf(Vcpu vcpu) {
    return (vcpu.registers().rflags() & RFLAGS_IF) == 0
        && ifOffered(() -> vcpu.state().events()).filter(VcpuRest::isUnderWay).isEmpty()
        && !runsNestedGuest(vcpu)
        && !takesNmisOfThePit(vcpu.state().localApic());
  }

  private static boolean isUnderWay(VcpuEvents events) {
    return events.exception().injected()
        || events.exception().pending()
        || events.interrupt().injected()
        || events.nmi().injected()
        || (events.nmi().pending() && !events.nmi().masked())
        || events.smi().pending()
        || events.tripleFaultPending();
  }

  /** Its interrupts are for the hypervisor in the guest, whatever its own IF says. */
  private static boolean runsNestedGuest(Vcpu vcpu) {
    return ifOffered(() -> vcpu.state().nested())
        .filter(nested -> (nested.flags() & (NESTED_GUEST_MODE | NESTED_RUN_PENDING)) != 0)
        .isPresent();
  }

  /** KVM's own i8254 drives LINT0, too, for guests that make a watchdog of it. */
  private static boolean takesNmisOfThePit(LocalApicState apic) {
    int lint0 = apic.lvtLint0();
    return (lint0 & LocalApicState.LVT_MASKED) == 0
        && DeliveryMode.of(lint0 >>> LVT_DELIVERY_MODE_SHIFT) == DeliveryMode.NMI;
  }

  private static <T> Optional<T> ifOffered(Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (KvmCapabilityException e) {
      return Optional.empty(); // then there is nothing of the kind in the guest
    }
  }
}
