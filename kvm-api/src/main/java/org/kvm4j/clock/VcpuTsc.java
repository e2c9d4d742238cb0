package org.kvm4j.clock;

/**
 * The time-stamp counter of a vCPU, and what its guest is told about pauses.
 *
 * <p>Threading: as {@link org.kvm4j.Vcpu}. Every method throws {@link org.kvm4j.KvmIoctlException}
 * if the kernel refuses, and {@link org.kvm4j.KvmCapabilityException} if this KVM lacks what it
 * names. KVM API, section 4, KVM_SET_TSC_KHZ and KVM_KVMCLOCK_CTRL, and the vCPU attribute
 * KVM_VCPU_TSC_CTRL.
 */
public interface VcpuTsc {

  /**
   * The frequency that the guest sees, in kHz. KVM_GET_TSC_KHZ; needs KVM_CAP_GET_TSC_KHZ.
   *
   * @throws org.kvm4j.KvmIoctlException EIO: the host's own TSC is not stable, says the KVM API,
   *     section 4.56; Linux 6.1 gives the frequency all the same
   */
  int frequencyKhz();

  /**
   * Sets the frequency that the guest sees. KVM_SET_TSC_KHZ; needs KVM_CAP_TSC_CONTROL.
   *
   * @param khz more than 0
   * @throws IllegalArgumentException if it is not
   * @throws org.kvm4j.KvmIoctlException EINVAL: more than the processor can scale to
   */
  void setFrequencyKhz(int khz);

  /**
   * Whether {@link #offset} works. KVM_HAS_DEVICE_ATTR; needs KVM_CAP_VCPU_ATTRIBUTES (Linux 5.16).
   */
  boolean hasOffset();

  /**
   * What is added to the host's TSC, after scaling, to give the guest's; wraps at 64 bits.
   * KVM_GET_DEVICE_ATTR of KVM_VCPU_TSC_OFFSET; needs KVM_CAP_VCPU_ATTRIBUTES (Linux 5.16).
   */
  long offset();

  /**
   * Sets what is added to the host's TSC, after scaling, to give the guest's.
   *
   * <p>For a VM that moves: unlike a write of the TSC's MSR it does not depend on when it is done,
   * and KVM does not take it for an attempt to synchronise vCPUs. KVM_SET_DEVICE_ATTR of
   * KVM_VCPU_TSC_OFFSET; needs KVM_CAP_VCPU_ATTRIBUTES (Linux 5.16).
   */
  void setOffset(long offset);

  /**
   * Tells the guest that it was paused, so that its watchdog does not take the time for a hang. To
   * be called after a pause and before the next run. KVM_KVMCLOCK_CTRL; needs
   * KVM_CAP_KVMCLOCK_CTRL.
   *
   * @return false if the guest has not switched kvm-clock on for this vCPU: there is nobody to tell
   */
  boolean notifyPaused();
}
