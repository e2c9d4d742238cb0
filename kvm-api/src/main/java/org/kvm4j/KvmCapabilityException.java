package org.kvm4j;

/** Thrown when the host's KVM lacks a capability that is needed. */
public final class KvmCapabilityException extends KvmException {

  private static final long serialVersionUID = 1L;

  private final KvmCapability capability;

  /**
   * For one capability.
   *
   * @param purpose what it is needed for: {@code KVM_NMI on vCPU 0}
   */
  public KvmCapabilityException(KvmCapability capability, String purpose) {
    super(
        ("%s needs KVM_CAP_%s, which this KVM lacks. Linux has it since %s, though not every KVM"
                + " offers it: use another host, or do without.")
            .formatted(purpose, capability, capability.since()));
    this.capability = capability;
  }

  /** What is missing. */
  public KvmCapability capability() {
    return capability;
  }
}
