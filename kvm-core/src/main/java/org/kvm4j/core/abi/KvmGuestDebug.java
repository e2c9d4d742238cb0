package org.kvm4j.core.abi;

/** struct kvm_guest_debug: how the guest is debugged from outside. */
public final class KvmGuestDebug {

  @C("sizeof(struct kvm_guest_debug)")
  public static final int SIZEOF = 72;

  @C("offsetof(struct kvm_guest_debug, control)")
  public static final int CONTROL = 0;

  @C("offsetof(struct kvm_guest_debug, arch.debugreg)")
  public static final int ARCH_DEBUGREG = 8;

  @C("KVM_GUESTDBG_ENABLE")
  public static final int KVM_GUESTDBG_ENABLE = 1;

  @C("KVM_GUESTDBG_SINGLESTEP")
  public static final int KVM_GUESTDBG_SINGLESTEP = 2;

  @C("KVM_GUESTDBG_USE_SW_BP")
  public static final int KVM_GUESTDBG_USE_SW_BP = 65536;

  @C("KVM_GUESTDBG_USE_HW_BP")
  public static final int KVM_GUESTDBG_USE_HW_BP = 131072;

  @C("KVM_GUESTDBG_INJECT_DB")
  public static final int KVM_GUESTDBG_INJECT_DB = 262144;

  @C("KVM_GUESTDBG_INJECT_BP")
  public static final int KVM_GUESTDBG_INJECT_BP = 524288;

  @C("KVM_GUESTDBG_BLOCKIRQ")
  public static final int KVM_GUESTDBG_BLOCKIRQ = 1048576;

  private KvmGuestDebug() {}
}
