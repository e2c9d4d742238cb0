package org.kvm4j;

/** Thrown when the host's KVM lacks a capability that is needed. */
public final class KvmCapabilityException extends KvmException {

  private static final long serialVersionUID = 1L;

  private final KvmCapability capability;

  /**
   * For one capability.
   *
   * @param purpose what it is needed for: {@code an i8254 in the kernel}
   */
  public KvmCapabilityException(KvmCapability capability, String purpose) {
    super(
        "This host's KVM lacks KVM_CAP_%s, needed for %s. Use a newer kernel, or do without."
            .formatted(capability, purpose));
    this.capability = capability;
  }

  /** What is missing. */
  public KvmCapability capability() {
    return capability;
  }
}
