package org.kvm4j.core.abi;

/** struct kvm_nested_state: the state of a hypervisor inside the guest: a header, then data. */
public final class KvmNestedState {

  @C("sizeof(struct kvm_nested_state)")
  public static final int SIZEOF = 128;

  @C("offsetof(struct kvm_nested_state, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_nested_state, format)")
  public static final int FORMAT = 2;

  @C("offsetof(struct kvm_nested_state, size)")
  public static final int SIZE = 4;

  @C("offsetof(struct kvm_nested_state, hdr)")
  public static final int HDR = 8;

  @C("offsetof(struct kvm_nested_state, data)")
  public static final int DATA = 128;

  @C("KVM_STATE_NESTED_FORMAT_VMX")
  public static final int KVM_STATE_NESTED_FORMAT_VMX = 0;

  @C("KVM_STATE_NESTED_FORMAT_SVM")
  public static final int KVM_STATE_NESTED_FORMAT_SVM = 1;

  private KvmNestedState() {}
}
