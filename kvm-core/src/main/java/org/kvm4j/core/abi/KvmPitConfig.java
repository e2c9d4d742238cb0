package org.kvm4j.core.abi;

/** struct kvm_pit_config: how to create the in-kernel i8254. */
public final class KvmPitConfig {

  @C("sizeof(struct kvm_pit_config)")
  public static final int SIZEOF = 64;

  @C("offsetof(struct kvm_pit_config, flags)")
  public static final int FLAGS = 0;

  private KvmPitConfig() {}

  @C("KVM_PIT_SPEAKER_DUMMY")
  public static final int KVM_PIT_SPEAKER_DUMMY = 1;
}
