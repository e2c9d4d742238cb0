package org.kvm4j.policy;

import static org.kvm4j.KvmCapability.EXCEPTION_PAYLOAD;
import static org.kvm4j.KvmCapability.EXIT_HYPERCALL;
import static org.kvm4j.KvmCapability.EXIT_ON_EMULATION_FAILURE;
import static org.kvm4j.KvmCapability.VM_DISABLE_NX_HUGE_PAGES;
import static org.kvm4j.KvmCapability.X2APIC_API;
import static org.kvm4j.KvmCapability.X86_BUS_LOCK_EXIT;
import static org.kvm4j.KvmCapability.X86_DISABLE_EXITS;
import static org.kvm4j.KvmCapability.X86_TRIPLE_FAULT_EVENT;

import org.kvm4j.KvmCapability;

/**
 * What can be switched on for a VM, once and for all: a bit in the argument of KVM_ENABLE_CAP. KVM
 * API, sections 7 and 8.
 */
public enum VmOption {
  /** KVM_X86_DISABLE_EXITS_MWAIT: {@code mwait} runs in the guest. Before the first vCPU. */
  KEEP_MWAIT_IN_GUEST(X86_DISABLE_EXITS, 1, true),

  /**
   * KVM_X86_DISABLE_EXITS_HLT: {@code hlt} stops the host's CPU, also without an irqchip. Before
   * the first vCPU.
   */
  KEEP_HLT_IN_GUEST(X86_DISABLE_EXITS, 1 << 1, true),

  /** KVM_X86_DISABLE_EXITS_PAUSE: {@code pause} loops are not noticed. Before the first vCPU. */
  KEEP_PAUSE_IN_GUEST(X86_DISABLE_EXITS, 1 << 2, true),

  /** KVM_X86_DISABLE_EXITS_CSTATE: the guest reads the host's C-states. Before the first vCPU. */
  KEEP_CSTATE_IN_GUEST(X86_DISABLE_EXITS, 1 << 3, true),

  /** KVM_X86_DISABLE_EXITS_APERFMPERF: the guest reads APERF and MPERF. Before the first vCPU. */
  KEEP_APERFMPERF_IN_GUEST(X86_DISABLE_EXITS, 1 << 4, true),

  /**
   * KVM_CAP_EXIT_ON_EMULATION_FAILURE: an instruction that KVM cannot emulate is always {@link
   * org.kvm4j.VcpuExit.InternalError}, where user code would get #UD otherwise.
   */
  EXIT_ON_FAILED_EMULATION(EXIT_ON_EMULATION_FAILURE, 1, false),

  /** KVM_HC_MAP_GPA_RANGE of KVM_CAP_EXIT_HYPERCALL: {@link org.kvm4j.VcpuExit.Hypercall}. */
  EXIT_ON_MAP_GPA_RANGE(EXIT_HYPERCALL, 1 << 12, false),

  /** KVM_BUS_LOCK_DETECTION_EXIT: {@link org.kvm4j.VcpuExit.BusLock}. Before the first vCPU. */
  EXIT_ON_BUS_LOCK(X86_BUS_LOCK_EXIT, 1 << 1, true),

  /** KVM_X2APIC_API_USE_32BIT_IDS: interrupt routes and APIC states hold APIC ids of 32 bits. */
  X2APIC_32_BIT_IDS(X2APIC_API, 1, false),

  /** KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK: id 0xff is no broadcast in x2APIC mode. */
  X2APIC_NO_BROADCAST_QUIRK(X2APIC_API, 1 << 1, false),

  /** KVM_PMU_CAP_DISABLE: the guest has no performance counters. Before the first vCPU. */
  NO_PMU(KvmCapability.PMU_CAPABILITY, 1, true),

  /** KVM_CAP_EXCEPTION_PAYLOAD: a pending exception is told apart from an injected one. */
  EXCEPTION_PAYLOADS(EXCEPTION_PAYLOAD, 1, false),

  /** KVM_CAP_X86_TRIPLE_FAULT_EVENT: a pending triple fault is part of the vCPU events. */
  TRIPLE_FAULT_EVENTS(X86_TRIPLE_FAULT_EVENT, 1, false),

  /**
   * KVM_CAP_VM_DISABLE_NX_HUGE_PAGES: no defence against iTLB multihit for a trusted guest; the
   * process needs CAP_SYS_BOOT. Before the first vCPU.
   */
  NO_NX_HUGE_PAGES(VM_DISABLE_NX_HUGE_PAGES, 0, true);

  private final KvmCapability capability;
  private final int bit;
  private final boolean beforeVcpus;

  VmOption(KvmCapability capability, int bit, boolean beforeVcpus) {
    this.capability = capability;
    this.bit = bit;
    this.beforeVcpus = beforeVcpus;
  }

  /** What KVM_ENABLE_CAP enables. */
  public KvmCapability capability() {
    return capability;
  }

  /** The kernel's number in the first argument; 0 for an option that takes none. */
  public int bit() {
    return bit;
  }

  /** Whether it can be switched on only while the VM has no vCPU. */
  public boolean isBeforeVcpus() {
    return beforeVcpus;
  }
}
