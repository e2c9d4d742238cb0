package org.kvm4j.msr;

/** What a guest does with an MSR. {@code KVM_MSR_FILTER_*}. */
public enum MsrDirection {
  /** KVM_MSR_FILTER_READ: {@code rdmsr}. */
  READ(1),
  /** KVM_MSR_FILTER_WRITE: {@code wrmsr}. */
  WRITE(2);

  private final int number;

  MsrDirection(int number) {
    this.number = number;
  }

  /** The kernel's number, one bit. */
  public int number() {
    return number;
  }
}
