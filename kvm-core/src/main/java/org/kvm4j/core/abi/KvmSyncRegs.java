package org.kvm4j.core.abi;

/** struct kvm_sync_regs: registers within struct kvm_run. */
public final class KvmSyncRegs {

  @C("sizeof(struct kvm_sync_regs)")
  public static final int SIZEOF = 520;

  @C("offsetof(struct kvm_sync_regs, regs)")
  public static final int REGS = 0;

  @C("offsetof(struct kvm_sync_regs, sregs)")
  public static final int SREGS = 144;

  @C("offsetof(struct kvm_sync_regs, events)")
  public static final int EVENTS = 456;

  @C("KVM_SYNC_X86_REGS")
  public static final int KVM_SYNC_X86_REGS = 1;

  @C("KVM_SYNC_X86_SREGS")
  public static final int KVM_SYNC_X86_SREGS = 2;

  @C("KVM_SYNC_X86_EVENTS")
  public static final int KVM_SYNC_X86_EVENTS = 4;

  private KvmSyncRegs() {}
}
