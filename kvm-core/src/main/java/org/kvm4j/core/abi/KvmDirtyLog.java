package org.kvm4j.core.abi;

/** struct kvm_dirty_log: a slot's bitmap of written pages. */
public final class KvmDirtyLog {

  @C("sizeof(struct kvm_dirty_log)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_dirty_log, slot)")
  public static final int SLOT = 0;

  @C("offsetof(struct kvm_dirty_log, dirty_bitmap)")
  public static final int DIRTY_BITMAP = 8;

  @C("KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE")
  public static final int KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE = 1;

  @C("KVM_DIRTY_LOG_INITIALLY_SET")
  public static final int KVM_DIRTY_LOG_INITIALLY_SET = 2;

  private KvmDirtyLog() {}
}
