package org.kvm4j.policy;

/**
 * A habit of KVM that differs from real processors and is kept for old users. {@code
 * KVM_X86_QUIRK_*}; KVM API, section 7.31.
 */
public enum Quirk {
  /** KVM_X86_QUIRK_LINT0_REENABLED: LVT LINT0 is unmasked after reset. */
  LINT0_REENABLED(1),
  /** KVM_X86_QUIRK_CD_NW_CLEARED: AMD: CR0.CD and CR0.NW are clear after reset. */
  CD_NW_CLEARED(1 << 1),
  /** KVM_X86_QUIRK_LAPIC_MMIO_HOLE: the local APIC's page stays there in x2APIC mode. */
  LAPIC_MMIO_HOLE(1 << 2),
  /** KVM_X86_QUIRK_OUT_7E_INC_RIP: {@code out} to port 0x7e advances RIP before its exit. */
  OUT_7E_INC_RIP(1 << 3),
  /** KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT: IA32_MISC_ENABLE leaves CPUID's MONITOR bit alone. */
  MISC_ENABLE_NO_MWAIT(1 << 4),
  /** KVM_X86_QUIRK_FIX_HYPERCALL_INSN: the other vendor's hypercall instruction is rewritten. */
  FIX_HYPERCALL_INSN(1 << 5),
  /** KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS: {@code monitor} and {@code mwait} never raise #UD. */
  MWAIT_NEVER_UD_FAULTS(1 << 6),
  /** KVM_X86_QUIRK_SLOT_ZAP_ALL: deleting a memory slot drops all shadow pages. */
  SLOT_ZAP_ALL(1 << 7),
  /** KVM_X86_QUIRK_STUFF_FEATURE_MSRS: new vCPUs have non-zero feature MSRs. */
  STUFF_FEATURE_MSRS(1 << 8),
  /** KVM_X86_QUIRK_IGNORE_GUEST_PAT: Intel: the guest's PAT has no effect. */
  IGNORE_GUEST_PAT(1 << 9),
  /** KVM_X86_QUIRK_VMCS12_ALLOW_FREEZE_IN_SMM: Intel: nested guests may freeze counters in SMM. */
  VMCS12_ALLOW_FREEZE_IN_SMM(1 << 10),
  /** KVM_X86_QUIRK_NESTED_SVM_SHARED_PAT: AMD: a nested guest shares its host's PAT. */
  NESTED_SVM_SHARED_PAT(1 << 11);

  private final int bit;

  Quirk(int bit) {
    this.bit = bit;
  }

  /** The kernel's number, one bit. */
  public int bit() {
    return bit;
  }
}
