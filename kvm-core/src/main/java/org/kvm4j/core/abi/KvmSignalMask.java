package org.kvm4j.core.abi;

/** struct kvm_signal_mask: the signals blocked within KVM_RUN. */
public final class KvmSignalMask {

  @C("sizeof(struct kvm_signal_mask)")
  public static final int SIZEOF = 4;

  @C("offsetof(struct kvm_signal_mask, len)")
  public static final int LEN = 0;

  @C("offsetof(struct kvm_signal_mask, sigset)")
  public static final int SIGSET = 4;

  private KvmSignalMask() {}
}
