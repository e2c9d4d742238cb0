package org.kvm4j.machine;

import java.util.EnumSet;
import org.kvm4j.CpuTopology;
import org.kvm4j.KvmCapability;
import org.kvm4j.Vm;
import org.kvm4j.policy.VmOption;

/** Whether this KVM has room for a machine's vCPUs, and what their APIC ids need of it. */
final class ApicIds {

  /** KVM API, KVM_CAP_NR_VCPUS: what to assume if the kernel does not say. */
  private static final int VCPUS_OF_OLD = 4;

  private ApicIds() {}

  /**
   * Makes ids above {@link CpuTopology#LAST_XAPIC_ID} work, if there are any; best right after the
   * VM was created.
   *
   * <p>KVM's calls then hold ids of 32 bits (KVM_X2APIC_API_USE_32BIT_IDS), and 255 is a processor,
   * not all of them (KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK).
   *
   * @throws BootException if KVM has no room for so many vCPUs or such ids
   * @throws org.kvm4j.KvmCapabilityException if it lacks KVM_CAP_X2APIC_API, and ids need it
   */
  static void prepare(Vm vm, CpuTopology topology) {
    int mostVcpus =
        offered(vm, KvmCapability.MAX_VCPUS, offered(vm, KvmCapability.NR_VCPUS, VCPUS_OF_OLD));
    if (topology.count() > mostVcpus) {
      throw new BootException(
          "%d vCPUs: this host's KVM offers at most %d. Choose that or fewer."
              .formatted(topology.count(), mostVcpus));
    }
    int idLimit = offered(vm, KvmCapability.MAX_VCPU_ID, mostVcpus);
    if (topology.lastApicId() >= idLimit) {
      throw new BootException(
          "%d vCPUs in %s: their last APIC id is %d, and this host's KVM offers ids up to %d. Choose"
                  .formatted(topology.count(), text(topology), topology.lastApicId(), idLimit - 1)
              + " fewer, or powers of two.");
    }
    if (topology.needsX2Apic()) {
      vm.policy()
          .enable(EnumSet.of(VmOption.X2APIC_32_BIT_IDS, VmOption.X2APIC_NO_BROADCAST_QUIRK));
    }
  }

  private static int offered(Vm vm, KvmCapability capability, int otherwise) {
    int value = vm.checkExtension(capability.number());
    return value > 0 ? value : otherwise;
  }

  private static String text(CpuTopology topology) {
    return "%d sockets of %d cores of %d threads"
        .formatted(topology.sockets(), topology.cores(), topology.threads());
  }
}
