package org.kvm4j.core.abi;

import static org.kvm4j.KvmCapability.ADJUST_CLOCK;
import static org.kvm4j.KvmCapability.BINARY_STATS_FD;
import static org.kvm4j.KvmCapability.COALESCED_MMIO;
import static org.kvm4j.KvmCapability.DEBUGREGS;
import static org.kvm4j.KvmCapability.DIRTY_LOG_RING;
import static org.kvm4j.KvmCapability.ENABLE_CAP_VM;
import static org.kvm4j.KvmCapability.EXT_CPUID;
import static org.kvm4j.KvmCapability.EXT_EMUL_CPUID;
import static org.kvm4j.KvmCapability.GET_MSR_FEATURES;
import static org.kvm4j.KvmCapability.GET_TSC_KHZ;
import static org.kvm4j.KvmCapability.GUEST_MEMFD;
import static org.kvm4j.KvmCapability.HYPERV_CPUID;
import static org.kvm4j.KvmCapability.IOEVENTFD;
import static org.kvm4j.KvmCapability.IRQCHIP;
import static org.kvm4j.KvmCapability.IRQFD;
import static org.kvm4j.KvmCapability.IRQ_INJECT_STATUS;
import static org.kvm4j.KvmCapability.IRQ_ROUTING;
import static org.kvm4j.KvmCapability.KVMCLOCK_CTRL;
import static org.kvm4j.KvmCapability.MANUAL_DIRTY_LOG_PROTECT2;
import static org.kvm4j.KvmCapability.MCE;
import static org.kvm4j.KvmCapability.MEMORY_ATTRIBUTES;
import static org.kvm4j.KvmCapability.MMU_SHADOW_CACHE_CONTROL;
import static org.kvm4j.KvmCapability.MP_STATE;
import static org.kvm4j.KvmCapability.NESTED_STATE;
import static org.kvm4j.KvmCapability.PIT2;
import static org.kvm4j.KvmCapability.PIT_STATE2;
import static org.kvm4j.KvmCapability.PMU_EVENT_FILTER;
import static org.kvm4j.KvmCapability.PRE_FAULT_MEMORY;
import static org.kvm4j.KvmCapability.REINJECT_CONTROL;
import static org.kvm4j.KvmCapability.SET_BOOT_CPU_ID;
import static org.kvm4j.KvmCapability.SET_IDENTITY_MAP_ADDR;
import static org.kvm4j.KvmCapability.SET_TSS_ADDR;
import static org.kvm4j.KvmCapability.SIGNAL_MSI;
import static org.kvm4j.KvmCapability.SREGS2;
import static org.kvm4j.KvmCapability.SYS_ATTRIBUTES;
import static org.kvm4j.KvmCapability.SYS_HYPERV_CPUID;
import static org.kvm4j.KvmCapability.TSC_CONTROL;
import static org.kvm4j.KvmCapability.USER_MEMORY;
import static org.kvm4j.KvmCapability.USER_MEMORY2;
import static org.kvm4j.KvmCapability.USER_NMI;
import static org.kvm4j.KvmCapability.VAPIC;
import static org.kvm4j.KvmCapability.VCPU_ATTRIBUTES;
import static org.kvm4j.KvmCapability.VCPU_EVENTS;
import static org.kvm4j.KvmCapability.VM_TSC_CONTROL;
import static org.kvm4j.KvmCapability.X86_MSR_FILTER;
import static org.kvm4j.KvmCapability.X86_SMM;
import static org.kvm4j.KvmCapability.XCRS;
import static org.kvm4j.KvmCapability.XSAVE;
import static org.kvm4j.KvmCapability.XSAVE2;
import static org.kvm4j.core.abi.FdKind.DEVICE;
import static org.kvm4j.core.abi.FdKind.SYSTEM;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;

import java.util.Optional;
import org.kvm4j.KvmCapability;

/**
 * Every ioctl that kvm4j makes: its request number, computed as asm-generic/ioctl.h does, the
 * descriptors that take it, and the capability that says that they do.
 *
 * <p>A capability that x86 answers for only since long after its ioctl is left out, so that older
 * kernels are not refused: KVM_CAP_ENABLE_CAP, KVM_CAP_DEVICE_CTRL, KVM_CAP_SET_GUEST_DEBUG.
 *
 * <p>The size in the number of a struct with a flexible array is that of the struct without it.
 */
public enum Ioctl {
  // System ioctls.
  KVM_GET_API_VERSION(io(0x00), on(SYSTEM)),
  KVM_CREATE_VM(io(0x01), on(SYSTEM)),
  KVM_GET_MSR_INDEX_LIST(iowr(0x02, KvmMsrList.SIZEOF), on(SYSTEM)),
  KVM_CHECK_EXTENSION(io(0x03), on(SYSTEM), on(VM)),
  KVM_GET_VCPU_MMAP_SIZE(io(0x04), on(SYSTEM)),
  KVM_GET_SUPPORTED_CPUID(iowr(0x05, KvmCpuid2.SIZEOF), on(SYSTEM, EXT_CPUID)),
  /** With struct kvm_user_trace_setup of two words. No kernel serves it or the next two. */
  KVM_TRACE_ENABLE(iow(0x06, 2 * Integer.BYTES), on(SYSTEM)),
  KVM_TRACE_PAUSE(io(0x07), on(SYSTEM)),
  KVM_TRACE_DISABLE(io(0x08), on(SYSTEM)),
  KVM_GET_EMULATED_CPUID(iowr(0x09, KvmCpuid2.SIZEOF), on(SYSTEM, EXT_EMUL_CPUID)),
  KVM_GET_MSR_FEATURE_INDEX_LIST(iowr(0x0a, KvmMsrList.SIZEOF), on(SYSTEM, GET_MSR_FEATURES)),
  KVM_X86_GET_MCE_CAP_SUPPORTED(ior(0x9d, Long.BYTES), on(SYSTEM, MCE)),

  // VM ioctls: memory.
  KVM_GET_DIRTY_LOG(iow(0x42, KvmDirtyLog.SIZEOF), on(VM)),
  KVM_SET_NR_MMU_PAGES(io(0x44), on(VM, MMU_SHADOW_CACHE_CONTROL)),
  KVM_GET_NR_MMU_PAGES(io(0x45), on(VM, MMU_SHADOW_CACHE_CONTROL)),
  KVM_SET_USER_MEMORY_REGION(iow(0x46, KvmUserspaceMemoryRegion.SIZEOF), on(VM, USER_MEMORY)),
  KVM_SET_TSS_ADDR(io(0x47), on(VM, SET_TSS_ADDR)),
  KVM_SET_IDENTITY_MAP_ADDR(iow(0x48, Long.BYTES), on(VM, SET_IDENTITY_MAP_ADDR)),
  KVM_SET_USER_MEMORY_REGION2(iow(0x49, KvmUserspaceMemoryRegion2.SIZEOF), on(VM, USER_MEMORY2)),
  KVM_CLEAR_DIRTY_LOG(iowr(0xc0, KvmClearDirtyLog.SIZEOF), on(VM, MANUAL_DIRTY_LOG_PROTECT2)),
  KVM_RESET_DIRTY_RINGS(io(0xc7), on(VM, DIRTY_LOG_RING)),
  KVM_SET_MEMORY_ATTRIBUTES(iow(0xd2, KvmMemoryAttributes.SIZEOF), on(VM, MEMORY_ATTRIBUTES)),
  KVM_CREATE_GUEST_MEMFD(iowr(0xd4, KvmCreateGuestMemfd.SIZEOF), on(VM, GUEST_MEMFD)),

  // VM ioctls: interrupts and timers.
  KVM_CREATE_IRQCHIP(io(0x60), on(VM, IRQCHIP)),
  KVM_IRQ_LINE(iow(0x61, KvmIrqLevel.SIZEOF), on(VM, IRQCHIP)),
  KVM_GET_IRQCHIP(iowr(0x62, KvmIrqchip.SIZEOF), on(VM, IRQCHIP)),
  /** The kernel declares it as a read. */
  KVM_SET_IRQCHIP(ior(0x63, KvmIrqchip.SIZEOF), on(VM, IRQCHIP)),
  KVM_IRQ_LINE_STATUS(iowr(0x67, KvmIrqLevel.SIZEOF), on(VM, IRQ_INJECT_STATUS)),
  KVM_SET_GSI_ROUTING(iow(0x6a, KvmIrqRouting.SIZEOF), on(VM, IRQ_ROUTING)),
  KVM_REINJECT_CONTROL(io(0x71), on(VM, REINJECT_CONTROL)),
  KVM_IRQFD(iow(0x76, KvmIrqfd.SIZEOF), on(VM, IRQFD)),
  KVM_CREATE_PIT2(iow(0x77, KvmPitConfig.SIZEOF), on(VM, PIT2)),
  KVM_SET_BOOT_CPU_ID(io(0x78), on(VM, SET_BOOT_CPU_ID)),
  KVM_GET_PIT2(ior(0x9f, KvmPitState2.SIZEOF), on(VM, PIT_STATE2)),
  KVM_SET_PIT2(iow(0xa0, KvmPitState2.SIZEOF), on(VM, PIT_STATE2)),
  KVM_SIGNAL_MSI(iow(0xa5, KvmMsi.SIZEOF), on(VM, SIGNAL_MSI)),

  // VM ioctls: accesses, clocks, policy, devices.
  KVM_REGISTER_COALESCED_MMIO(iow(0x67, KvmCoalescedMmioZone.SIZEOF), on(VM, COALESCED_MMIO)),
  KVM_UNREGISTER_COALESCED_MMIO(iow(0x68, KvmCoalescedMmioZone.SIZEOF), on(VM, COALESCED_MMIO)),
  KVM_IOEVENTFD(iow(0x79, KvmIoeventfd.SIZEOF), on(VM, IOEVENTFD)),
  KVM_SET_CLOCK(iow(0x7b, KvmClockData.SIZEOF), on(VM, ADJUST_CLOCK)),
  KVM_GET_CLOCK(ior(0x7c, KvmClockData.SIZEOF), on(VM, ADJUST_CLOCK)),
  KVM_SET_TSC_KHZ(io(0xa2), on(VM, VM_TSC_CONTROL), on(VCPU, TSC_CONTROL)),
  KVM_GET_TSC_KHZ(io(0xa3), on(VM, VM_TSC_CONTROL), on(VCPU, GET_TSC_KHZ)),
  KVM_ENABLE_CAP(iow(0xa3, KvmEnableCap.SIZEOF), on(VM, ENABLE_CAP_VM), on(VCPU)),
  KVM_SET_PMU_EVENT_FILTER(iow(0xb2, KvmPmuEventFilter.SIZEOF), on(VM, PMU_EVENT_FILTER)),
  KVM_X86_SET_MSR_FILTER(iow(0xc6, KvmMsrFilter.SIZEOF), on(VM, X86_MSR_FILTER)),
  KVM_GET_STATS_FD(io(0xce), on(VM, BINARY_STATS_FD), on(VCPU, BINARY_STATS_FD)),
  KVM_CREATE_DEVICE(iowr(0xe0, KvmCreateDevice.SIZEOF), on(VM)),
  KVM_SET_DEVICE_ATTR(iow(0xe1, KvmDeviceAttr.SIZEOF), on(DEVICE), on(VCPU, VCPU_ATTRIBUTES)),
  KVM_GET_DEVICE_ATTR(
      iow(0xe2, KvmDeviceAttr.SIZEOF),
      on(DEVICE),
      on(VCPU, VCPU_ATTRIBUTES),
      on(SYSTEM, SYS_ATTRIBUTES)),
  KVM_HAS_DEVICE_ATTR(
      iow(0xe3, KvmDeviceAttr.SIZEOF),
      on(DEVICE),
      on(VCPU, VCPU_ATTRIBUTES),
      on(SYSTEM, SYS_ATTRIBUTES)),

  // vCPU ioctls: running.
  KVM_CREATE_VCPU(io(0x41), on(VM)),
  KVM_RUN(io(0x80), on(VCPU)),
  KVM_SET_SIGNAL_MASK(iow(0x8b, KvmSignalMask.SIZEOF), on(VCPU)),
  KVM_SET_GUEST_DEBUG(iow(0x9b, KvmGuestDebug.SIZEOF), on(VCPU)),
  KVM_TRANSLATE(iowr(0x85, KvmTranslation.SIZEOF), on(VCPU)),
  KVM_PRE_FAULT_MEMORY(iowr(0xd5, KvmPreFaultMemory.SIZEOF), on(VCPU, PRE_FAULT_MEMORY)),

  // vCPU ioctls: state.
  KVM_GET_REGS(ior(0x81, KvmRegs.SIZEOF), on(VCPU)),
  KVM_SET_REGS(iow(0x82, KvmRegs.SIZEOF), on(VCPU)),
  KVM_GET_SREGS(ior(0x83, KvmSregs.SIZEOF), on(VCPU)),
  KVM_SET_SREGS(iow(0x84, KvmSregs.SIZEOF), on(VCPU)),
  KVM_GET_SREGS2(ior(0xcc, KvmSregs2.SIZEOF), on(VCPU, SREGS2)),
  KVM_SET_SREGS2(iow(0xcd, KvmSregs2.SIZEOF), on(VCPU, SREGS2)),
  KVM_GET_FPU(ior(0x8c, KvmFpu.SIZEOF), on(VCPU)),
  KVM_SET_FPU(iow(0x8d, KvmFpu.SIZEOF), on(VCPU)),
  KVM_GET_XSAVE(ior(0xa4, KvmXsave.SIZEOF), on(VCPU, XSAVE)),
  KVM_SET_XSAVE(iow(0xa5, KvmXsave.SIZEOF), on(VCPU, XSAVE)),
  KVM_GET_XSAVE2(ior(0xcf, KvmXsave.SIZEOF), on(VCPU, XSAVE2)),
  KVM_GET_XCRS(ior(0xa6, KvmXcrs.SIZEOF), on(VCPU, XCRS)),
  KVM_SET_XCRS(iow(0xa7, KvmXcrs.SIZEOF), on(VCPU, XCRS)),
  KVM_GET_DEBUGREGS(ior(0xa1, KvmDebugregs.SIZEOF), on(VCPU, DEBUGREGS)),
  KVM_SET_DEBUGREGS(iow(0xa2, KvmDebugregs.SIZEOF), on(VCPU, DEBUGREGS)),
  KVM_GET_MSRS(iowr(0x88, KvmMsrs.SIZEOF), on(VCPU), on(SYSTEM, GET_MSR_FEATURES)),
  KVM_SET_MSRS(iow(0x89, KvmMsrs.SIZEOF), on(VCPU)),
  KVM_GET_LAPIC(ior(0x8e, KvmLapicState.SIZEOF), on(VCPU, IRQCHIP)),
  KVM_SET_LAPIC(iow(0x8f, KvmLapicState.SIZEOF), on(VCPU, IRQCHIP)),
  KVM_SET_CPUID2(iow(0x90, KvmCpuid2.SIZEOF), on(VCPU, EXT_CPUID)),
  KVM_GET_CPUID2(iowr(0x91, KvmCpuid2.SIZEOF), on(VCPU, EXT_CPUID)),
  KVM_GET_SUPPORTED_HV_CPUID(
      iowr(0xc1, KvmCpuid2.SIZEOF), on(VCPU, HYPERV_CPUID), on(SYSTEM, SYS_HYPERV_CPUID)),
  KVM_GET_MP_STATE(ior(0x98, KvmMpState.SIZEOF), on(VCPU, MP_STATE)),
  KVM_SET_MP_STATE(iow(0x99, KvmMpState.SIZEOF), on(VCPU, MP_STATE)),
  KVM_GET_VCPU_EVENTS(ior(0x9f, KvmVcpuEvents.SIZEOF), on(VCPU, VCPU_EVENTS)),
  KVM_SET_VCPU_EVENTS(iow(0xa0, KvmVcpuEvents.SIZEOF), on(VCPU, VCPU_EVENTS)),
  KVM_GET_NESTED_STATE(iowr(0xbe, KvmNestedState.SIZEOF), on(VCPU, NESTED_STATE)),
  KVM_SET_NESTED_STATE(iow(0xbf, KvmNestedState.SIZEOF), on(VCPU, NESTED_STATE)),

  // vCPU ioctls: events from outside.
  KVM_INTERRUPT(iow(0x86, KvmInterrupt.SIZEOF), on(VCPU)),
  KVM_NMI(io(0x9a), on(VCPU, USER_NMI)),
  KVM_SMI(io(0xb7), on(VCPU, X86_SMM)),
  KVM_X86_SETUP_MCE(iow(0x9c, Long.BYTES), on(VCPU, MCE)),
  KVM_X86_SET_MCE(iow(0x9e, KvmX86Mce.SIZEOF), on(VCPU, MCE)),
  KVM_TPR_ACCESS_REPORTING(iowr(0x92, KvmTprAccessCtl.SIZEOF), on(VCPU, VAPIC)),
  KVM_SET_VAPIC_ADDR(iow(0x93, KvmVapicAddr.SIZEOF), on(VCPU, VAPIC)),
  KVM_KVMCLOCK_CTRL(io(0xad), on(VCPU, KVMCLOCK_CTRL));

  private static final int KVMIO = 0xae;
  private static final long WRITE = 1L << 30;
  private static final long READ = 2L << 30;
  private static final int SIZE_SHIFT = 16;
  private static final int SIZE_MASK = 0x3fff;

  private final long request;

  /** An array, because an iterator would be garbage in KVM_IRQ_LINE. */
  @SuppressWarnings("ImmutableEnumChecker") // never handed out
  private final Taker[] takers;

  /** A kind of descriptor that takes an ioctl, where KVM has the capability. */
  private record Taker(FdKind kind, Optional<KvmCapability> capability) {}

  Ioctl(long request, Taker... takers) {
    this.request = request;
    this.takers = takers;
  }

  /** The number that the kernel knows it by. */
  public long request() {
    return request;
  }

  /** The bytes of the struct that its argument points to; 0 if the argument is a number. */
  public int sizeBytes() {
    return (int) (request >>> SIZE_SHIFT) & SIZE_MASK;
  }

  /** Whether a kind of descriptor takes it. */
  public boolean isFor(FdKind kind) {
    for (Taker taker : takers) {
      if (taker.kind() == kind) {
        return true;
      }
    }
    return false;
  }

  /**
   * The capability that a host needs for it; empty if every KVM has it.
   *
   * @throws IllegalArgumentException if such a descriptor does not take it
   */
  public Optional<KvmCapability> capability(FdKind kind) {
    for (Taker taker : takers) {
      if (taker.kind() == kind) {
        return taker.capability();
      }
    }
    throw new IllegalArgumentException(this + " is no ioctl of a " + kind + " descriptor");
  }

  private static Taker on(FdKind kind) {
    return new Taker(kind, Optional.empty());
  }

  private static Taker on(FdKind kind, KvmCapability capability) {
    return new Taker(kind, Optional.of(capability));
  }

  private static long io(int number) {
    return ((long) KVMIO << 8) | number;
  }

  private static long iow(int number, int sizeBytes) {
    return WRITE | ((long) sizeBytes << SIZE_SHIFT) | io(number);
  }

  private static long ior(int number, int sizeBytes) {
    return READ | ((long) sizeBytes << SIZE_SHIFT) | io(number);
  }

  private static long iowr(int number, int sizeBytes) {
    return READ | WRITE | ((long) sizeBytes << SIZE_SHIFT) | io(number);
  }
}
