package org.kvm4j.core.abi;

/** struct kvm_clear_dirty_log: the pages of a slot to be write-protected again. */
public final class KvmClearDirtyLog {

  @C("sizeof(struct kvm_clear_dirty_log)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_clear_dirty_log, slot)")
  public static final int SLOT = 0;

  @C("offsetof(struct kvm_clear_dirty_log, num_pages)")
  public static final int NUM_PAGES = 4;

  @C("offsetof(struct kvm_clear_dirty_log, first_page)")
  public static final int FIRST_PAGE = 8;

  @C("offsetof(struct kvm_clear_dirty_log, dirty_bitmap)")
  public static final int DIRTY_BITMAP = 16;

  private KvmClearDirtyLog() {}
}
