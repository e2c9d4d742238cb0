package org.kvm4j.core.abi;

/** struct kvm_vapic_addr: where the guest keeps its TPR. */
public final class KvmVapicAddr {

  @C("sizeof(struct kvm_vapic_addr)")
  public static final int SIZEOF = 8;

  @C("offsetof(struct kvm_vapic_addr, vapic_addr)")
  public static final int VAPIC_ADDR = 0;

  private KvmVapicAddr() {}
}
