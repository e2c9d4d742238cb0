package org.kvm4j.memory;

/** What a range of guest-physical addresses can be. KVM_SET_MEMORY_ATTRIBUTES. */
public enum MemoryAttribute {
  /** KVM_MEMORY_ATTRIBUTE_PRIVATE: served from the guest_memfd, out of the host's reach. */
  PRIVATE(8);

  private final long bit;

  MemoryAttribute(long bit) {
    this.bit = bit;
  }

  /** The kernel's number, a mask of one bit. */
  public long bit() {
    return bit;
  }
}
