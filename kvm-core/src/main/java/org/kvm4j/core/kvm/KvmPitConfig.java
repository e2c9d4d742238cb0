package org.kvm4j.core.kvm;

/** struct kvm_pit_config: how to create the in-kernel i8254. */
final class KvmPitConfig {

  @C("sizeof(struct kvm_pit_config)")
  static final int SIZEOF = 64;

  @C("offsetof(struct kvm_pit_config, flags)")
  static final int FLAGS = 0;

  private KvmPitConfig() {}

  @C("KVM_PIT_SPEAKER_DUMMY")
  static final int KVM_PIT_SPEAKER_DUMMY = 1;
}
