package org.kvm4j.core.kvm;

/** struct kvm_msrs: a count and that many struct kvm_msr_entry. */
final class KvmMsrs {

  @C("sizeof(struct kvm_msrs)")
  static final int SIZEOF = 8;

  @C("offsetof(struct kvm_msrs, nmsrs)")
  static final int NMSRS = 0;

  @C("offsetof(struct kvm_msrs, entries)")
  static final int ENTRIES = 8;

  private KvmMsrs() {}

  @C("sizeof(struct kvm_msr_entry)")
  static final int SIZEOF_ENTRY = 16;

  @C("offsetof(struct kvm_msr_entry, index)")
  static final int ENTRY_INDEX = 0;

  @C("offsetof(struct kvm_msr_entry, data)")
  static final int ENTRY_DATA = 8;
}
