package org.kvm4j.core.abi;

/** struct kvm_coalesced_mmio_ring: the collected writes, one page for the whole VM. */
public final class KvmCoalescedMmioRing {

  @C("sizeof(struct kvm_coalesced_mmio_ring)")
  public static final int SIZEOF = 8;

  @C("offsetof(struct kvm_coalesced_mmio_ring, first)")
  public static final int FIRST = 0;

  @C("offsetof(struct kvm_coalesced_mmio_ring, last)")
  public static final int LAST = 4;

  @C("offsetof(struct kvm_coalesced_mmio_ring, coalesced_mmio)")
  public static final int COALESCED_MMIO = 8;

  /** The header's expression for it needs the kernel's PAGE_SIZE. */
  @C("(4096 - sizeof(struct kvm_coalesced_mmio_ring)) / sizeof(struct kvm_coalesced_mmio)")
  public static final int KVM_COALESCED_MMIO_MAX = 170;

  @C("KVM_COALESCED_MMIO_PAGE_OFFSET")
  public static final int KVM_COALESCED_MMIO_PAGE_OFFSET = 2;

  private KvmCoalescedMmioRing() {}
}
