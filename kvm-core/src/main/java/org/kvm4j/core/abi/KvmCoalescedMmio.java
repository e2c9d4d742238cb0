package org.kvm4j.core.abi;

/** struct kvm_coalesced_mmio: one collected write. */
public final class KvmCoalescedMmio {

  @C("sizeof(struct kvm_coalesced_mmio)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_coalesced_mmio, phys_addr)")
  public static final int PHYS_ADDR = 0;

  @C("offsetof(struct kvm_coalesced_mmio, len)")
  public static final int LEN = 8;

  @C("offsetof(struct kvm_coalesced_mmio, pio)")
  public static final int PIO = 12;

  @C("offsetof(struct kvm_coalesced_mmio, data)")
  public static final int DATA = 16;

  private KvmCoalescedMmio() {}
}
