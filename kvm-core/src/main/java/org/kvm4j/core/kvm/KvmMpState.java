package org.kvm4j.core.kvm;

/** struct kvm_mp_state: what a vCPU does as far as SMP goes. */
final class KvmMpState {

  @C("sizeof(struct kvm_mp_state)")
  static final int SIZEOF = 4;

  @C("offsetof(struct kvm_mp_state, mp_state)")
  static final int MP_STATE = 0;

  private KvmMpState() {}
}
