package org.kvm4j.core.abi;

/** struct kvm_create_guest_memfd: a file of guest memory. */
public final class KvmCreateGuestMemfd {

  @C(value = "sizeof(struct kvm_create_guest_memfd)", since = "6.8")
  public static final int SIZEOF = 64;

  @C(value = "offsetof(struct kvm_create_guest_memfd, size)", since = "6.8")
  public static final int SIZE = 0;

  @C(value = "offsetof(struct kvm_create_guest_memfd, flags)", since = "6.8")
  public static final int FLAGS = 8;

  private KvmCreateGuestMemfd() {}
}
