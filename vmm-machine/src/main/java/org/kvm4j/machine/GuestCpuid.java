package org.kvm4j.machine;

import org.kvm4j.CpuTopology;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;

/** The CPU that a guest sees: the host's, less what KVM cannot give, plus what KVM adds. */
final class GuestCpuid {

  private static final int FEATURES = 1;
  private static final int ECX_TSC_DEADLINE = 1 << 24;

  private final CpuidTable host;

  GuestCpuid(Hypervisor hypervisor) {
    CpuidTable supported = hypervisor.supportedCpuid();
    host =
        hypervisor.supports(KvmCapability.TSC_DEADLINE_TIMER) ? withDeadline(supported) : supported;
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
}
