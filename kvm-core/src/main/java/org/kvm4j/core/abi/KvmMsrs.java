package org.kvm4j.core.abi;

/** struct kvm_msrs: a count and that many struct kvm_msr_entry. */
public final class KvmMsrs {

  @C("sizeof(struct kvm_msrs)")
  public static final int SIZEOF = 8;

  @C("offsetof(struct kvm_msrs, nmsrs)")
  public static final int NMSRS = 0;

  @C("offsetof(struct kvm_msrs, entries)")
  public static final int ENTRIES = 8;

  private KvmMsrs() {}

  @C("sizeof(struct kvm_msr_entry)")
  public static final int SIZEOF_ENTRY = 16;

  @C("offsetof(struct kvm_msr_entry, index)")
  public static final int ENTRY_INDEX = 0;

  @C("offsetof(struct kvm_msr_entry, data)")
  public static final int ENTRY_DATA = 8;
}
