package org.kvm4j.core.abi;

/** struct kvm_create_guest_memfd: a file of guest memory. */
public final class KvmCreateGuestMemfd {

  @C(value = "sizeof(struct kvm_create_guest_memfd)", since = "6.8")
  public static final int SIZEOF = 64;

  @C(value = "offsetof(struct kvm_create_guest_memfd, size)", since = "6.8")
  public static final int SIZE = 0;

  @C(value = "offsetof(struct kvm_create_guest_memfd, flags)", since = "6.8")
  public static final int FLAGS = 8;

  @C(value = "GUEST_MEMFD_FLAG_MMAP", since = "6.18")
  public static final long GUEST_MEMFD_FLAG_MMAP = 1;

  @C(value = "GUEST_MEMFD_FLAG_INIT_SHARED", since = "6.18")
  public static final long GUEST_MEMFD_FLAG_INIT_SHARED = 2;

  private KvmCreateGuestMemfd() {}
}
