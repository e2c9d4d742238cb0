package org.kvm4j.state;

/** Registers that can travel in the shared run area. KVM API, section 6, KVM_CAP_SYNC_REGS. */
public enum SyncPart {
  /** KVM_SYNC_X86_REGS: what KVM_GET_REGS gives. */
  GENERAL(1),
  /** KVM_SYNC_X86_SREGS: what KVM_GET_SREGS gives. */
  SPECIAL(2),
  /** KVM_SYNC_X86_EVENTS: what KVM_GET_VCPU_EVENTS gives. */
  EVENTS(4);

  private final int bit;

  SyncPart(int bit) {
    this.bit = bit;
  }

  /** The kernel's bit for it in {@code kvm_valid_regs} and {@code kvm_dirty_regs}. */
  public int bit() {
    return bit;
  }
}
