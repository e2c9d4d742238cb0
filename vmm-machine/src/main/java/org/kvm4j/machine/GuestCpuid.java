package org.kvm4j.machine;

import org.kvm4j.CpuTopology;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;

/** The CPU that a guest sees: the host's, less what KVM cannot give, plus what KVM adds. */
final class GuestCpuid {

  private static final int FEATURES = 1;
  private static final int ECX_TSC_DEADLINE = 1 << 24;

  private static final int KVM_CPUID_FEATURES = 0x4000_0001;
  private static final int KVM_FEATURE_MSI_EXT_DEST_ID = 1 << 15;

  private final CpuidTable host;

  /**
   * What KVM can give, with what it leaves to us.
   *
   * @param extendedDestinations whether the I/O APIC and all else that sends interrupt messages
   *     know destinations of 15 bits
   */
  GuestCpuid(Hypervisor hypervisor, boolean extendedDestinations) {
    CpuidTable table = hypervisor.supportedCpuid();
    if (hypervisor.supports(KvmCapability.TSC_DEADLINE_TIMER)) {
      table = withDeadline(table);
    }
    host = extendedDestinations ? withExtendedDestinations(table) : table;
  }

  CpuidTable forVcpu(int apicId, CpuTopology topology) {
    return host.forVcpu(apicId, topology);
  }

  /** KVM has this timer in its local APIC, but leaves the CPUID bit to us. */
  private static CpuidTable withDeadline(CpuidTable table) {
    return table
        .find(FEATURES, 0)
        .map(e -> table.with(e.with(e.eax(), e.ebx(), e.ecx() | ECX_TSC_DEADLINE, e.edx())))
        .orElse(table);
  }

  /**
   * Without it, Linux takes no processor whose id does not fit an interrupt message's 8 bits.
   * Documentation/virt/kvm/x86/cpuid.rst.
   */
  private static CpuidTable withExtendedDestinations(CpuidTable table) {
    return table
        .find(KVM_CPUID_FEATURES, 0)
        .map(
            e ->
                table.with(
                    e.with(e.eax() | KVM_FEATURE_MSI_EXT_DEST_ID, e.ebx(), e.ecx(), e.edx())))
        .orElse(table);
  }
}
