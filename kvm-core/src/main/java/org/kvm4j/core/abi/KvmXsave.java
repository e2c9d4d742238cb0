package org.kvm4j.core.abi;

/** struct kvm_xsave: the XSAVE area; KVM_CAP_XSAVE2 says how many bytes it really has. */
public final class KvmXsave {

  @C("sizeof(struct kvm_xsave)")
  public static final int SIZEOF = 4096;

  @C("offsetof(struct kvm_xsave, region)")
  public static final int REGION = 0;

  private KvmXsave() {}
}
