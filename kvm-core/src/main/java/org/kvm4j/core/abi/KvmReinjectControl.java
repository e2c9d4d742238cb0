package org.kvm4j.core.abi;

/** struct kvm_reinject_control: whether lost ticks are made up for. */
public final class KvmReinjectControl {

  @C("sizeof(struct kvm_reinject_control)")
  public static final int SIZEOF = 32;

  @C("offsetof(struct kvm_reinject_control, pit_reinject)")
  public static final int PIT_REINJECT = 0;

  private KvmReinjectControl() {}
}
