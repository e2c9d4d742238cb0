package org.kvm4j.core.abi;

/** struct kvm_tpr_access_ctl: whether accesses to the TPR are reported. */
public final class KvmTprAccessCtl {

  @C("sizeof(struct kvm_tpr_access_ctl)")
  public static final int SIZEOF = 40;

  @C("offsetof(struct kvm_tpr_access_ctl, enabled)")
  public static final int ENABLED = 0;

  @C("offsetof(struct kvm_tpr_access_ctl, flags)")
  public static final int FLAGS = 4;

  private KvmTprAccessCtl() {}
}
