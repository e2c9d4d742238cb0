package org.kvm4j.machine.probe;

import static org.kvm4j.machine.probe.CapabilityResult.Kind.COUNT;
import static org.kvm4j.machine.probe.CapabilityResult.Kind.NEEDED;
import static org.kvm4j.machine.probe.CapabilityResult.Kind.USEFUL;

import java.util.List;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;

/** What each capability means for a user, and whether a machine can do without. */
final class CapabilityList {

  private final Hypervisor hypervisor;

  private CapabilityList(Hypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  static List<CapabilityResult> query(Hypervisor hypervisor) {
    return new CapabilityList(hypervisor).query();
  }

  private List<CapabilityResult> query() {
    return List.of(
        ask(KvmCapability.USER_MEMORY, NEEDED, "RAM from user space"),
        ask(KvmCapability.IRQCHIP, NEEDED, "interrupt controllers in the kernel"),
        ask(KvmCapability.SET_TSS_ADDR, NEEDED, "a place for the TSS"),
        ask(KvmCapability.SET_IDENTITY_MAP_ADDR, NEEDED, "a place for the identity map"),
        ask(KvmCapability.EXT_CPUID, NEEDED, "CPUID leaf by leaf"),
        ask(KvmCapability.IMMEDIATE_EXIT, NEEDED, "immediate exit"),
        ask(KvmCapability.MP_STATE, USEFUL, "run state of vCPUs"),
        ask(KvmCapability.PIT2, USEFUL, "i8254 in the kernel"),
        ask(KvmCapability.TSC_DEADLINE_TIMER, USEFUL, "TSC deadline timer"),
        ask(KvmCapability.TSC_CONTROL, USEFUL, "choice of TSC frequency"),
        ask(KvmCapability.IRQFD, USEFUL, "irqfd"),
        ask(KvmCapability.IOEVENTFD, USEFUL, "ioeventfd"),
        ask(KvmCapability.SPLIT_IRQCHIP, USEFUL, "split irqchip"),
        ask(KvmCapability.READONLY_MEM, USEFUL, "read-only RAM"),
        ask(KvmCapability.NR_VCPUS, COUNT, "vCPUs recommended at most"),
        ask(KvmCapability.MAX_VCPUS, COUNT, "vCPUs at most"),
        ask(KvmCapability.NR_MEMSLOTS, COUNT, "memory slots"));
  }

  private CapabilityResult ask(
      KvmCapability capability, CapabilityResult.Kind kind, String meaning) {
    return new CapabilityResult(
        capability, kind, meaning, hypervisor.checkExtension(capability.number()));
  }
}
