package org.kvm4j.core.kvm;

/** struct kvm_msr_list: a count and that many indices. */
final class KvmMsrList {

  @C("sizeof(struct kvm_msr_list)")
  static final int SIZEOF = 4;

  @C("offsetof(struct kvm_msr_list, nmsrs)")
  static final int NMSRS = 0;

  @C("offsetof(struct kvm_msr_list, indices)")
  static final int INDICES = 4;

  private KvmMsrList() {}
}
