package org.kvm4j.core.abi;

/** struct kvm_dirty_gfn: an entry of a vCPU's ring of written pages. */
public final class KvmDirtyGfn {

  @C("sizeof(struct kvm_dirty_gfn)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_dirty_gfn, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_dirty_gfn, slot)")
  public static final int SLOT = 4;

  @C("offsetof(struct kvm_dirty_gfn, offset)")
  public static final int OFFSET = 8;

  @C("KVM_DIRTY_GFN_F_DIRTY")
  public static final int KVM_DIRTY_GFN_F_DIRTY = 1;

  @C("KVM_DIRTY_GFN_F_RESET")
  public static final int KVM_DIRTY_GFN_F_RESET = 2;

  @C("KVM_DIRTY_LOG_PAGE_OFFSET")
  public static final int KVM_DIRTY_LOG_PAGE_OFFSET = 64;

  private KvmDirtyGfn() {}
}
