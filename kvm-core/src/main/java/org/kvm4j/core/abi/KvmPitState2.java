package org.kvm4j.core.abi;

/** struct kvm_pit_state2: the in-kernel i8254. */
public final class KvmPitState2 {

  @C("sizeof(struct kvm_pit_state2)")
  public static final int SIZEOF = 112;

  @C("offsetof(struct kvm_pit_state2, channels)")
  public static final int CHANNELS = 0;

  @C("offsetof(struct kvm_pit_state2, flags)")
  public static final int FLAGS = 72;

  @C("KVM_PIT_FLAGS_HPET_LEGACY")
  public static final int KVM_PIT_FLAGS_HPET_LEGACY = 1;

  @C("KVM_PIT_FLAGS_SPEAKER_DATA_ON")
  public static final int KVM_PIT_FLAGS_SPEAKER_DATA_ON = 2;

  private KvmPitState2() {}
}
