package org.kvm4j;

/**
 * What KVM says beside each exit. KVM API, section 5, the first fields of struct kvm_run.
 *
 * @param flags {@code KVM_RUN_X86_*}
 * @param interruptFlag EFLAGS.IF: the guest takes interrupts
 * @param readyForInterruptInjection {@code KVM_INTERRUPT} would be taken now; only without an
 *     in-kernel local APIC
 * @param cr8 the task priority; only without an in-kernel local APIC
 * @param apicBase the MSR IA32_APIC_BASE
 */
public record RunState(
    int flags, boolean interruptFlag, boolean readyForInterruptInjection, long cr8, long apicBase) {

  /** KVM_RUN_X86_SMM. */
  public static final int SMM = 1;

  /** KVM_RUN_X86_BUS_LOCK. */
  public static final int BUS_LOCK = 1 << 1;

  /** KVM_RUN_X86_GUEST_MODE. */
  public static final int GUEST_MODE = 1 << 2;

  /** Whether the vCPU is in system management mode. */
  public boolean inSmm() {
    return (flags & SMM) != 0;
  }

  /** Whether the guest has just taken a bus lock, if such exits are on. */
  public boolean tookBusLock() {
    return (flags & BUS_LOCK) != 0;
  }

  /** Whether a nested guest ran; needs {@link KvmCapability#X86_GUEST_MODE}. */
  public boolean inGuestMode() {
    return (flags & GUEST_MODE) != 0;
  }
}
