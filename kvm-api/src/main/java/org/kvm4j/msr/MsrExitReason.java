package org.kvm4j.msr;

import java.util.Optional;

/** Why an access to an MSR is not done in the kernel. {@code KVM_MSR_EXIT_REASON_*}. */
public enum MsrExitReason {
  /** KVM_MSR_EXIT_REASON_INVAL: KVM knows the register, but the access is not allowed. */
  INVAL(1),
  /** KVM_MSR_EXIT_REASON_UNKNOWN: KVM does not know the register. */
  UNKNOWN(2),
  /** KVM_MSR_EXIT_REASON_FILTER: the {@link MsrFilter} denies it. */
  FILTER(4);

  private final int number;

  MsrExitReason(int number) {
    this.number = number;
  }

  /** The kernel's number, one bit. */
  public int number() {
    return number;
  }

  /** The reason with the kernel's number; empty if this version of kvm4j has no name for it. */
  public static Optional<MsrExitReason> of(int number) {
    for (MsrExitReason reason : values()) {
      if (reason.number == number) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
