package org.kvm4j;

/** The KVM capabilities that exist on x86, with the numbers of linux/kvm.h. */
public enum KvmCapability {
  /** KVM_CAP_IRQCHIP: interrupt controllers in the kernel. */
  IRQCHIP(0, "2.6.24"),
  /** KVM_CAP_HLT: a halted vCPU waits in the kernel. */
  HLT(1, "2.6.24"),
  /** KVM_CAP_MMU_SHADOW_CACHE_CONTROL: the caller may limit the shadow page tables. */
  MMU_SHADOW_CACHE_CONTROL(2, "2.6.25"),
  /** KVM_CAP_USER_MEMORY: guest RAM is the caller's own memory. */
  USER_MEMORY(3, "2.6.25"),
  /** KVM_CAP_SET_TSS_ADDR: the caller places KVM's task state segment (Intel). */
  SET_TSS_ADDR(4, "2.6.25"),
  /** KVM_CAP_VAPIC: exits on accesses to the task priority register. */
  VAPIC(6, "2.6.25"),
  /** KVM_CAP_EXT_CPUID: KVM_GET_SUPPORTED_CPUID and KVM_SET_CPUID2. */
  EXT_CPUID(7, "2.6.25"),
  /** KVM_CAP_CLOCKSOURCE: kvmclock, a paravirtual clock. */
  CLOCKSOURCE(8, "2.6.26"),
  /** KVM_CAP_NR_VCPUS: the number of vCPUs recommended. */
  NR_VCPUS(9, "2.6.26"),
  /** KVM_CAP_NR_MEMSLOTS: the number of memory slots. */
  NR_MEMSLOTS(10, "2.6.26"),
  /** KVM_CAP_PIT: an i8254 in the kernel, made by KVM_CREATE_PIT. */
  PIT(11, "2.6.26"),
  /** KVM_CAP_NOP_IO_DELAY: guests need no delay after port I/O. */
  NOP_IO_DELAY(12, "2.6.26"),
  /** KVM_CAP_PV_MMU: page table hypercalls; obsolete, now always answered with 0. */
  PV_MMU(13, "2.6.26"),
  /** KVM_CAP_MP_STATE: KVM_GET_MP_STATE and KVM_SET_MP_STATE. */
  MP_STATE(14, "2.6.26"),
  /** KVM_CAP_COALESCED_MMIO: MMIO writes kept in a ring; the ring's page offset. */
  COALESCED_MMIO(15, "2.6.27"),
  /** KVM_CAP_SYNC_MMU: the guest sees changes of the host's mappings. */
  SYNC_MMU(16, "2.6.27"),
  /** KVM_CAP_DESTROY_MEMORY_REGION_WORKS: memory slots can be deleted. */
  DESTROY_MEMORY_REGION_WORKS(21, "2.6.29"),
  /** KVM_CAP_USER_NMI: KVM_NMI raises an NMI. */
  USER_NMI(22, "2.6.29"),
  /** KVM_CAP_SET_GUEST_DEBUG: KVM_SET_GUEST_DEBUG; the call is older than the answer. */
  SET_GUEST_DEBUG(23, "5.7"),
  /** KVM_CAP_REINJECT_CONTROL: whether lost PIT ticks are made up for. */
  REINJECT_CONTROL(24, "2.6.30"),
  /** KVM_CAP_IRQ_ROUTING: KVM_SET_GSI_ROUTING; the greatest number of routes. */
  IRQ_ROUTING(25, "2.6.30"),
  /** KVM_CAP_IRQ_INJECT_STATUS: KVM_IRQ_LINE_STATUS tells what became of it. */
  IRQ_INJECT_STATUS(26, "2.6.30"),
  /** KVM_CAP_JOIN_MEMORY_REGIONS_WORKS: a slot may take the place of adjacent ones. */
  JOIN_MEMORY_REGIONS_WORKS(30, "2.6.30"),
  /** KVM_CAP_MCE: machine checks; the number of banks. */
  MCE(31, "2.6.31"),
  /** KVM_CAP_IRQFD: interrupts raised through an eventfd. */
  IRQFD(32, "2.6.32"),
  /** KVM_CAP_PIT2: an i8254 in the kernel. */
  PIT2(33, "2.6.32"),
  /** KVM_CAP_SET_BOOT_CPU_ID: the caller picks the bootstrap vCPU. */
  SET_BOOT_CPU_ID(34, "2.6.32"),
  /** KVM_CAP_PIT_STATE2: KVM_GET_PIT2 and KVM_SET_PIT2. */
  PIT_STATE2(35, "2.6.32"),
  /** KVM_CAP_IOEVENTFD: guest writes that signal an eventfd. */
  IOEVENTFD(36, "2.6.32"),
  /** KVM_CAP_SET_IDENTITY_MAP_ADDR: the caller places the identity map (Intel). */
  SET_IDENTITY_MAP_ADDR(37, "2.6.32"),
  /** KVM_CAP_XEN_HVM: running Xen guests; a mask of the parts supported. */
  XEN_HVM(38, "2.6.33"),
  /** KVM_CAP_ADJUST_CLOCK: kvmclock can be read and set; a mask of its flags. */
  ADJUST_CLOCK(39, "2.6.33"),
  /** KVM_CAP_INTERNAL_ERROR_DATA: internal error exits carry data. */
  INTERNAL_ERROR_DATA(40, "2.6.33"),
  /** KVM_CAP_VCPU_EVENTS: pending exceptions, interrupts and NMIs can be saved. */
  VCPU_EVENTS(41, "2.6.33"),
  /** KVM_CAP_HYPERV: the Hyper-V hypercall page and guest identity. */
  HYPERV(44, "2.6.34"),
  /** KVM_CAP_HYPERV_VAPIC: the Hyper-V APIC registers as MSRs. */
  HYPERV_VAPIC(45, "2.6.34"),
  /** KVM_CAP_HYPERV_SPIN: the Hyper-V call for long spin waits. */
  HYPERV_SPIN(46, "2.6.34"),
  /** KVM_CAP_PCI_SEGMENT: PCI segments in device assignment, itself gone since. */
  PCI_SEGMENT(47, "2.6.34"),
  /** KVM_CAP_INTR_SHADOW: the interrupt shadow among the vCPU events; always answered with 0. */
  INTR_SHADOW(49, "2.6.35"),
  /** KVM_CAP_DEBUGREGS: KVM_GET_DEBUGREGS and KVM_SET_DEBUGREGS. */
  DEBUGREGS(50, "2.6.35"),
  /** KVM_CAP_X86_ROBUST_SINGLESTEP: single-stepping leaves the guest's flags alone. */
  X86_ROBUST_SINGLESTEP(51, "2.6.35"),
  /** KVM_CAP_ENABLE_CAP: KVM_ENABLE_CAP works on a vCPU; the call is older than the answer. */
  ENABLE_CAP(54, "5.17"),
  /** KVM_CAP_XSAVE: KVM_GET_XSAVE and KVM_SET_XSAVE. */
  XSAVE(55, "2.6.36"),
  /** KVM_CAP_XCRS: KVM_GET_XCRS and KVM_SET_XCRS. */
  XCRS(56, "2.6.36"),
  /** KVM_CAP_ASYNC_PF: page faults the guest may wait for asynchronously. */
  ASYNC_PF(59, "2.6.38"),
  /** KVM_CAP_TSC_CONTROL: KVM_SET_TSC_KHZ: a TSC frequency per vCPU. */
  TSC_CONTROL(60, "3.0"),
  /** KVM_CAP_GET_TSC_KHZ: KVM_GET_TSC_KHZ tells the TSC frequency. */
  GET_TSC_KHZ(61, "3.0"),
  /** KVM_CAP_MAX_VCPUS: the greatest number of vCPUs. */
  MAX_VCPUS(66, "3.2"),
  /** KVM_CAP_ONE_REG: KVM_GET_ONE_REG and KVM_SET_ONE_REG. */
  ONE_REG(70, "6.18"),
  /** KVM_CAP_TSC_DEADLINE_TIMER: the local APIC timer's TSC deadline mode. */
  TSC_DEADLINE_TIMER(72, "3.2"),
  /** KVM_CAP_SYNC_REGS: registers kept in kvm_run; a mask of which. */
  SYNC_REGS(74, "4.17"),
  /** KVM_CAP_KVMCLOCK_CTRL: KVM_KVMCLOCK_CTRL tells the guest it was paused. */
  KVMCLOCK_CTRL(76, "3.5"),
  /** KVM_CAP_SIGNAL_MSI: KVM_SIGNAL_MSI sends an MSI. */
  SIGNAL_MSI(77, "3.5"),
  /** KVM_CAP_READONLY_MEM: memory slots the guest cannot write. */
  READONLY_MEM(81, "3.7"),
  /** KVM_CAP_IRQFD_RESAMPLE: level-triggered interrupts through an eventfd. */
  IRQFD_RESAMPLE(82, "3.7"),
  /** KVM_CAP_DEVICE_CTRL: KVM_CREATE_DEVICE; the call is older than the answer. */
  DEVICE_CTRL(89, "6.8"),
  /** KVM_CAP_EXT_EMUL_CPUID: KVM_GET_EMULATED_CPUID. */
  EXT_EMUL_CPUID(95, "3.13"),
  /** KVM_CAP_HYPERV_TIME: the Hyper-V reference counter and TSC page. */
  HYPERV_TIME(96, "3.14"),
  /** KVM_CAP_IOAPIC_POLARITY_IGNORED: the I/O APIC takes no notice of pin polarity. */
  IOAPIC_POLARITY_IGNORED(97, "3.15"),
  /** KVM_CAP_ENABLE_CAP_VM: KVM_ENABLE_CAP works on a VM. */
  ENABLE_CAP_VM(98, "4.1"),
  /** KVM_CAP_IOEVENTFD_NO_LENGTH: a length of 0 makes an ioeventfd match any width. */
  IOEVENTFD_NO_LENGTH(100, "3.16"),
  /** KVM_CAP_CHECK_EXTENSION_VM: KVM_CHECK_EXTENSION works on a VM. */
  CHECK_EXTENSION_VM(105, "3.17"),
  /** KVM_CAP_DISABLE_QUIRKS: quirks of KVM that the caller may turn off. */
  DISABLE_QUIRKS(116, "4.1"),
  /** KVM_CAP_X86_SMM: system management mode. */
  X86_SMM(117, "4.2"),
  /** KVM_CAP_MULTI_ADDRESS_SPACE: the number of address spaces, one being for SMM. */
  MULTI_ADDRESS_SPACE(118, "4.2"),
  /** KVM_CAP_SPLIT_IRQCHIP: the local APICs in the kernel, the rest in the caller. */
  SPLIT_IRQCHIP(121, "4.4"),
  /** KVM_CAP_IOEVENTFD_ANY_LENGTH: ioeventfds of any width on every bus. */
  IOEVENTFD_ANY_LENGTH(122, "4.4"),
  /** KVM_CAP_HYPERV_SYNIC: the Hyper-V synthetic interrupt controller. */
  HYPERV_SYNIC(123, "4.5"),
  /** KVM_CAP_VCPU_ATTRIBUTES: device attributes on a vCPU, such as its TSC offset. */
  VCPU_ATTRIBUTES(127, "5.16"),
  /** KVM_CAP_MAX_VCPU_ID: the limit of vCPU ids: each is less than this number. */
  MAX_VCPU_ID(128, "4.7"),
  /** KVM_CAP_X2APIC_API: 32-bit APIC ids in the API; a mask of its flags. */
  X2APIC_API(129, "4.8"),
  /** KVM_CAP_IMMEDIATE_EXIT: a vCPU can be kicked without a race. */
  IMMEDIATE_EXIT(136, "4.11"),
  /** KVM_CAP_X86_DISABLE_EXITS: instructions that need not exit; a mask of which. */
  X86_DISABLE_EXITS(143, "4.17"),
  /** KVM_CAP_HYPERV_SYNIC2: the synthetic controller, its pages not zeroed by KVM. */
  HYPERV_SYNIC2(148, "4.13"),
  /** KVM_CAP_HYPERV_VP_INDEX: the Hyper-V vCPU index can be set. */
  HYPERV_VP_INDEX(149, "4.13"),
  /** KVM_CAP_GET_MSR_FEATURES: MSRs that describe features can be read on /dev/kvm. */
  GET_MSR_FEATURES(153, "4.16"),
  /** KVM_CAP_HYPERV_EVENTFD: Hyper-V event signals through an eventfd. */
  HYPERV_EVENTFD(154, "4.17"),
  /** KVM_CAP_HYPERV_TLBFLUSH: the Hyper-V TLB flush hypercalls. */
  HYPERV_TLBFLUSH(155, "4.18"),
  /** KVM_CAP_NESTED_STATE: nested state can be saved; its greatest size in bytes. */
  NESTED_STATE(157, "4.19"),
  /** KVM_CAP_MSR_PLATFORM_INFO: reads of MSR_PLATFORM_INFO can be forbidden. */
  MSR_PLATFORM_INFO(159, "4.19"),
  /** KVM_CAP_HYPERV_SEND_IPI: the Hyper-V hypercalls for interrupts between vCPUs. */
  HYPERV_SEND_IPI(161, "4.20"),
  /** KVM_CAP_COALESCED_PIO: port writes kept in the ring of coalesced MMIO. */
  COALESCED_PIO(162, "4.20"),
  /** KVM_CAP_HYPERV_ENLIGHTENED_VMCS: the Hyper-V VMCS in memory, for nested guests. */
  HYPERV_ENLIGHTENED_VMCS(163, "4.20"),
  /** KVM_CAP_EXCEPTION_PAYLOAD: pending exceptions carry their CR2 or DR6 payload. */
  EXCEPTION_PAYLOAD(164, "4.20"),
  /** KVM_CAP_HYPERV_CPUID: KVM_GET_SUPPORTED_HV_CPUID on a vCPU. */
  HYPERV_CPUID(167, "5.0"),
  /** KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2: KVM_CLEAR_DIRTY_LOG; a mask of its flags. */
  MANUAL_DIRTY_LOG_PROTECT2(168, "5.2"),
  /** KVM_CAP_PMU_EVENT_FILTER: the events that the guest may count can be limited. */
  PMU_EVENT_FILTER(173, "5.3"),
  /** KVM_CAP_HYPERV_DIRECT_TLBFLUSH: KVM serves TLB flush hypercalls of a nested guest. */
  HYPERV_DIRECT_TLBFLUSH(175, "5.4"),
  /** KVM_CAP_HALT_POLL: how long a halted vCPU is polled can be set per VM. */
  HALT_POLL(182, "5.8"),
  /** KVM_CAP_ASYNC_PF_INT: asynchronous page faults end with an interrupt. */
  ASYNC_PF_INT(183, "5.8"),
  /** KVM_CAP_LAST_CPU: some failed entries tell the host CPU they ran on. */
  LAST_CPU(184, "5.9"),
  /** KVM_CAP_SMALLER_MAXPHYADDR: guests may have fewer physical address bits than the host. */
  SMALLER_MAXPHYADDR(185, "5.9"),
  /** KVM_CAP_STEAL_TIME: the guest is told the time taken from it. */
  STEAL_TIME(187, "5.10"),
  /** KVM_CAP_X86_USER_SPACE_MSR: MSR accesses can exit to the caller. */
  X86_USER_SPACE_MSR(188, "5.10"),
  /** KVM_CAP_X86_MSR_FILTER: the MSRs that the guest may use can be limited. */
  X86_MSR_FILTER(189, "5.10"),
  /** KVM_CAP_ENFORCE_PV_FEATURE_CPUID: only paravirtual features in CPUID can be used. */
  ENFORCE_PV_FEATURE_CPUID(190, "5.10"),
  /** KVM_CAP_SYS_HYPERV_CPUID: KVM_GET_SUPPORTED_HV_CPUID on /dev/kvm. */
  SYS_HYPERV_CPUID(191, "5.11"),
  /** KVM_CAP_DIRTY_LOG_RING: dirty pages in a ring per vCPU; its greatest size in bytes. */
  DIRTY_LOG_RING(192, "5.11"),
  /** KVM_CAP_X86_BUS_LOCK_EXIT: bus locks can exit; a mask of the modes. */
  X86_BUS_LOCK_EXIT(193, "5.12"),
  /** KVM_CAP_SET_GUEST_DEBUG2: a mask of the flags of KVM_SET_GUEST_DEBUG. */
  SET_GUEST_DEBUG2(195, "5.13"),
  /** KVM_CAP_SGX_ATTRIBUTE: privileged SGX attributes can be given to a VM. */
  SGX_ATTRIBUTE(196, "5.13"),
  /** KVM_CAP_VM_COPY_ENC_CONTEXT_FROM: a VM can share another's encryption (SEV). */
  VM_COPY_ENC_CONTEXT_FROM(197, "5.13"),
  /** KVM_CAP_HYPERV_ENFORCE_CPUID: only Hyper-V features in CPUID can be used. */
  HYPERV_ENFORCE_CPUID(199, "5.14"),
  /** KVM_CAP_SREGS2: special registers with the PDPTRs. */
  SREGS2(200, "5.14"),
  /** KVM_CAP_EXIT_HYPERCALL: hypercalls that can exit; a mask of their numbers. */
  EXIT_HYPERCALL(201, "5.14"),
  /** KVM_CAP_BINARY_STATS_FD: statistics of a VM or vCPU from a file descriptor. */
  BINARY_STATS_FD(203, "5.14"),
  /** KVM_CAP_EXIT_ON_EMULATION_FAILURE: failed emulation can exit to the caller. */
  EXIT_ON_EMULATION_FAILURE(204, "5.14"),
  /** KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM: a VM can take over another's encryption (SEV). */
  VM_MOVE_ENC_CONTEXT_FROM(206, "5.16"),
  /** KVM_CAP_XSAVE2: KVM_GET_XSAVE2; the bytes its buffer needs. */
  XSAVE2(208, "5.17"),
  /** KVM_CAP_SYS_ATTRIBUTES: device attributes on /dev/kvm. */
  SYS_ATTRIBUTES(209, "5.17"),
  /** KVM_CAP_PMU_CAPABILITY: the virtual PMU can be turned off per VM; a mask of flags. */
  PMU_CAPABILITY(212, "5.18"),
  /** KVM_CAP_DISABLE_QUIRKS2: a mask of the quirks that may be turned off. */
  DISABLE_QUIRKS2(213, "5.18"),
  /** KVM_CAP_VM_TSC_CONTROL: KVM_SET_TSC_KHZ and KVM_GET_TSC_KHZ on a VM. */
  VM_TSC_CONTROL(214, "5.19"),
  /** KVM_CAP_SYSTEM_EVENT_DATA: system event exits carry data. */
  SYSTEM_EVENT_DATA(215, "5.18"),
  /** KVM_CAP_X86_TRIPLE_FAULT_EVENT: a pending triple fault is a vCPU event. */
  X86_TRIPLE_FAULT_EVENT(218, "6.0"),
  /** KVM_CAP_X86_NOTIFY_VMEXIT: a guest that blocks events for too long can exit (Intel). */
  X86_NOTIFY_VMEXIT(219, "6.0"),
  /** KVM_CAP_VM_DISABLE_NX_HUGE_PAGES: the no-execute huge pages can be off per VM. */
  VM_DISABLE_NX_HUGE_PAGES(220, "6.0"),
  /** KVM_CAP_DIRTY_LOG_RING_ACQ_REL: dirty ring, weakly ordered; its greatest size in bytes. */
  DIRTY_LOG_RING_ACQ_REL(223, "6.1"),
  /** KVM_CAP_PMU_EVENT_MASKED_EVENTS: masks in the filter of PMU events. */
  PMU_EVENT_MASKED_EVENTS(226, "6.3"),
  /** KVM_CAP_USER_MEMORY2: KVM_SET_USER_MEMORY_REGION2. */
  USER_MEMORY2(231, "6.8"),
  /** KVM_CAP_MEMORY_FAULT_INFO: KVM_EXIT_MEMORY_FAULT tells of faults KVM cannot resolve. */
  MEMORY_FAULT_INFO(232, "6.8"),
  /** KVM_CAP_MEMORY_ATTRIBUTES: memory attributes, such as private; a mask of them. */
  MEMORY_ATTRIBUTES(233, "6.8"),
  /** KVM_CAP_GUEST_MEMFD: KVM_CREATE_GUEST_MEMFD: guest memory in a file of its own. */
  GUEST_MEMFD(234, "6.8"),
  /** KVM_CAP_VM_TYPES: a mask of the VM types, bit n being type n. */
  VM_TYPES(235, "6.8"),
  /** KVM_CAP_PRE_FAULT_MEMORY: KVM_PRE_FAULT_MEMORY maps guest memory beforehand. */
  PRE_FAULT_MEMORY(236, "6.11"),
  /** KVM_CAP_X86_APIC_BUS_CYCLES_NS: the length of an APIC bus cycle, in nanoseconds. */
  X86_APIC_BUS_CYCLES_NS(237, "6.11"),
  /** KVM_CAP_X86_GUEST_MODE: kvm_run.flags tell whether a nested guest ran. */
  X86_GUEST_MODE(238, "6.11"),
  /** KVM_CAP_GUEST_MEMFD_FLAGS: a mask of the flags of KVM_CREATE_GUEST_MEMFD. */
  GUEST_MEMFD_FLAGS(244, "6.18");

  private final int number;
  private final String since;

  KvmCapability(int number, String since) {
    this.number = number;
    this.since = since;
  }

  /** The kernel's number. */
  public int number() {
    return number;
  }

  /** The first Linux release whose KVM has it on x86. */
  public String since() {
    return since;
  }
}
