package org.kvm4j;

/**
 * The kinds of VM that x86 has, with the numbers of asm/kvm.h. KVM API, KVM_CREATE_VM and
 * KVM_CAP_VM_TYPES.
 *
 * <p>kvm4j makes and runs {@link #DEFAULT}; the others can be created where the host offers them,
 * but the calls that encrypt and measure their memory (KVM_MEMORY_ENCRYPT_OP) are not bound.
 */
public enum VmType {
  /** KVM_X86_DEFAULT_VM: an ordinary PC. Every KVM offers it. */
  DEFAULT(0, "6.8"),
  /** KVM_X86_SW_PROTECTED_VM: private memory without encryption, for trying it out. */
  SW_PROTECTED(1, "6.8"),
  /** KVM_X86_SEV_VM: memory encrypted by AMD SEV. */
  SEV(2, "6.10"),
  /** KVM_X86_SEV_ES_VM: memory and registers encrypted by AMD SEV-ES. */
  SEV_ES(3, "6.10"),
  /** KVM_X86_SNP_VM: as SEV-ES, and memory cannot be remapped, by AMD SEV-SNP. */
  SNP(4, "6.11"),
  /** KVM_X86_TDX_VM: a trust domain of Intel TDX. */
  TDX(5, "6.16");

  private final int number;
  private final String since;

  VmType(int number, String since) {
    this.number = number;
    this.since = since;
  }

  /** The kernel's number: the argument of KVM_CREATE_VM, and the bit in KVM_CAP_VM_TYPES. */
  public int number() {
    return number;
  }

  /** The first Linux release that has the number. */
  public String since() {
    return since;
  }
}
