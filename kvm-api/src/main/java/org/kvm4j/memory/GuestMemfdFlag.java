package org.kvm4j.memory;

/** What a guest_memfd can be. KVM_CREATE_GUEST_MEMFD; needs KVM_CAP_GUEST_MEMFD_FLAGS. */
public enum GuestMemfdFlag {
  /** GUEST_MEMFD_FLAG_MMAP: the host may map it. */
  MMAP(1),
  /** GUEST_MEMFD_FLAG_INIT_SHARED: its pages are shared with the host from the start. */
  INIT_SHARED(2);

  private final long bit;

  GuestMemfdFlag(long bit) {
    this.bit = bit;
  }

  /** The kernel's number, a mask of one bit. */
  public long bit() {
    return bit;
  }
}
