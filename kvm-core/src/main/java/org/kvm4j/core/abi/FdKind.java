package org.kvm4j.core.abi;

/** What a descriptor stands for: each ioctl belongs to some of these. KVM API, section 2. */
public enum FdKind {
  /** {@code /dev/kvm}. */
  SYSTEM,
  /** From KVM_CREATE_VM. */
  VM,
  /** From KVM_CREATE_VCPU. */
  VCPU,
  /** From KVM_CREATE_DEVICE. */
  DEVICE
}
