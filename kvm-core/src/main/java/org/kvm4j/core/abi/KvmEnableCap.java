package org.kvm4j.core.abi;

/** struct kvm_enable_cap: a capability to switch on, with its arguments. */
public final class KvmEnableCap {

  @C("sizeof(struct kvm_enable_cap)")
  public static final int SIZEOF = 104;

  @C("offsetof(struct kvm_enable_cap, cap)")
  public static final int CAP = 0;

  @C("offsetof(struct kvm_enable_cap, flags)")
  public static final int FLAGS = 4;

  @C("offsetof(struct kvm_enable_cap, args)")
  public static final int ARGS = 8;

  @C("KVM_X86_NOTIFY_VMEXIT_ENABLED")
  public static final int KVM_X86_NOTIFY_VMEXIT_ENABLED = 1;

  @C("KVM_X86_NOTIFY_VMEXIT_USER")
  public static final int KVM_X86_NOTIFY_VMEXIT_USER = 2;

  private KvmEnableCap() {}
}
