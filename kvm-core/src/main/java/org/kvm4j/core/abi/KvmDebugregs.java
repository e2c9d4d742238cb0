package org.kvm4j.core.abi;

/** struct kvm_debugregs: debug registers of the guest. */
public final class KvmDebugregs {

  @C("sizeof(struct kvm_debugregs)")
  public static final int SIZEOF = 128;

  @C("offsetof(struct kvm_debugregs, db)")
  public static final int DB = 0;

  @C("offsetof(struct kvm_debugregs, dr6)")
  public static final int DR6 = 32;

  @C("offsetof(struct kvm_debugregs, dr7)")
  public static final int DR7 = 40;

  @C("offsetof(struct kvm_debugregs, flags)")
  public static final int FLAGS = 48;

  private KvmDebugregs() {}
}
