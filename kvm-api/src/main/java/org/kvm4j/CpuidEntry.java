package org.kvm4j;

/**
 * The answer to CPUID for one leaf and subleaf. struct kvm_cpuid_entry2.
 *
 * @param function the leaf: EAX when asked, unsigned
 * @param index the subleaf: ECX when asked
 * @param flags {@code KVM_CPUID_FLAG_*}
 */
public record CpuidEntry(int function, int index, int flags, int eax, int ebx, int ecx, int edx) {

  /** KVM_CPUID_FLAG_SIGNIFCANT_INDEX: the entry answers this subleaf only. */
  public static final int FLAG_SIGNIFICANT_INDEX = 1;

  /** The same leaf with other answers. */
  public CpuidEntry with(int newEax, int newEbx, int newEcx, int newEdx) {
    return new CpuidEntry(function, index, flags, newEax, newEbx, newEcx, newEdx);
  }
}
