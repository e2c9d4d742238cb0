package org.kvm4j.core.abi;

/** struct kvm_msr_list: a count and that many indices. */
public final class KvmMsrList {

  @C("sizeof(struct kvm_msr_list)")
  public static final int SIZEOF = 4;

  @C("offsetof(struct kvm_msr_list, nmsrs)")
  public static final int NMSRS = 0;

  @C("offsetof(struct kvm_msr_list, indices)")
  public static final int INDICES = 4;

  private KvmMsrList() {}
}
