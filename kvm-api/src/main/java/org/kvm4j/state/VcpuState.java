package org.kvm4j.state;

import java.util.List;
import java.util.Set;
import org.kvm4j.CpuidTable;

/**
 * The parts of a vCPU's state beyond its registers.
 *
 * <p>Together with the methods of {@link org.kvm4j.Vcpu} this is all that a snapshot of a vCPU
 * needs. The parts depend on each other; KVM takes them in any order, but gets some wrong.
 *
 * <p>To save, stop the vCPU so that no access is half done ({@link org.kvm4j.Vcpu#run} returns only
 * like that), then read:
 *
 * <ol>
 *   <li>{@link org.kvm4j.Vcpu#mpState} first: reading it makes KVM act on INIT and start-up IPIs
 *       that wait, which changes registers;
 *   <li>{@link #events}, {@link org.kvm4j.Vcpu#registers}, {@link #specialRegisters2} (or {@link
 *       org.kvm4j.Vcpu#specialRegisters}), {@link #xcrs}, {@link #xsave}, {@link #debugRegisters},
 *       {@link #localApic} if the irqchip is in the kernel, {@link #nested} if KVM has it;
 *   <li>{@link org.kvm4j.Vcpu#msrs} of {@link org.kvm4j.Hypervisor#msrIndexList}, among them
 *       IA32_TSC_DEADLINE.
 * </ol>
 *
 * <p>To restore into a new vCPU that has not run:
 *
 * <ol>
 *   <li>{@link org.kvm4j.Vcpu#setCpuid}: it decides which of the rest is legal;
 *   <li>{@link org.kvm4j.Vcpu#setMpState};
 *   <li>{@link #setSpecialRegisters2}: it holds the base and mode of the local APIC, so it goes
 *       before {@link #setLocalApic}, and EFER.SVME or CR4.VMXE, so it goes before {@link
 *       #setNested};
 *   <li>{@link #setNested}, on Intel after IA32_FEATURE_CONTROL was written;
 *   <li>{@link org.kvm4j.Vcpu#setRegisters};
 *   <li>{@link #setXcrs} and {@link #setXsave} ({@link org.kvm4j.Vcpu#setFpu} is a part of it);
 *   <li>{@link #setDebugRegisters};
 *   <li>{@link #setLocalApic}: the mode of its timer decides whether a deadline counts;
 *   <li>{@link org.kvm4j.Vcpu#setMsrs}, all but IA32_TSC_DEADLINE, then that one: a deadline is
 *       measured by the TSC, which must have its value already. A deadline of 0 means that the
 *       timer had fired while it was saved: write the saved TSC in its place, or the guest never
 *       gets its interrupt;
 *   <li>{@link #setEvents} last: several of the calls above drop an exception that is under way.
 * </ol>
 *
 * <p>Threading: as {@link org.kvm4j.Vcpu}. Every method throws {@link
 * org.kvm4j.KvmCapabilityException} if this KVM lacks the capability that it names, and {@link
 * org.kvm4j.KvmIoctlException} if the kernel refuses. KVM API, section 4, vcpu ioctls.
 */
public interface VcpuState {

  /** Special registers with PAE's page-directory pointers. KVM_GET_SREGS2, KVM_CAP_SREGS2. */
  SpecialRegisters2 specialRegisters2();

  /** Sets special registers and page-directory pointers. KVM_SET_SREGS2, KVM_CAP_SREGS2. */
  void setSpecialRegisters2(SpecialRegisters2 registers);

  /** The bytes of this VM's XSAVE areas, at least 4096. The value of KVM_CAP_XSAVE2. */
  int xsaveSizeBytes();

  /**
   * The XSAVE area. KVM_GET_XSAVE2; without KVM_CAP_XSAVE2 (before Linux 5.17) KVM_GET_XSAVE,
   * KVM_CAP_XSAVE.
   */
  XsaveState xsave();

  /**
   * Sets the XSAVE area. KVM_SET_XSAVE, KVM_CAP_XSAVE.
   *
   * @param state of {@link #xsaveSizeBytes} bytes; EINVAL if XSTATE_BV or MXCSR has a bit that this
   *     host lacks
   * @throws IllegalArgumentException if it has another size
   */
  void setXsave(XsaveState state);

  /**
   * Extended control registers; on all processors so far XCR0 alone. KVM_GET_XCRS, KVM_CAP_XCRS.
   */
  List<Xcr> xcrs();

  /**
   * Sets extended control registers. KVM_SET_XCRS, KVM_CAP_XCRS.
   *
   * @param xcrs at most 16; EINVAL if XCR0 has a bit that the vCPU's CPUID does not offer
   * @throws IllegalArgumentException if there are more
   */
  void setXcrs(List<Xcr> xcrs);

  /** The guest's debug registers. KVM_GET_DEBUGREGS, KVM_CAP_DEBUGREGS. */
  DebugRegisters debugRegisters();

  /** Sets the guest's debug registers. KVM_SET_DEBUGREGS, KVM_CAP_DEBUGREGS. */
  void setDebugRegisters(DebugRegisters registers);

  /** The local APIC; EINVAL if it is not in the kernel. KVM_GET_LAPIC, KVM_CAP_IRQCHIP. */
  LocalApicState localApic();

  /** Sets the local APIC; EINVAL if it is not in the kernel. KVM_SET_LAPIC, KVM_CAP_IRQCHIP. */
  void setLocalApic(LocalApicState state);

  /** What is about to happen to the guest. KVM_GET_VCPU_EVENTS, KVM_CAP_VCPU_EVENTS. */
  VcpuEvents events();

  /**
   * Sets what is about to happen to the guest. KVM_SET_VCPU_EVENTS, KVM_CAP_VCPU_EVENTS.
   *
   * @param events EINVAL if {@link VcpuEvents.Part#PAYLOAD} or {@link VcpuEvents.Part#TRIPLE_FAULT}
   *     counts and its capability is not enabled on the VM
   */
  void setEvents(VcpuEvents events);

  /** State of a hypervisor in the guest. KVM_GET_NESTED_STATE, KVM_CAP_NESTED_STATE. */
  NestedState nested();

  /**
   * Sets the state of a hypervisor in the guest. KVM_SET_NESTED_STATE, KVM_CAP_NESTED_STATE.
   *
   * @throws IllegalArgumentException if it is larger than any that this host's KVM has
   */
  void setNested(NestedState state);

  /** What CPUID answers on this vCPU. KVM_GET_CPUID2, KVM_CAP_EXT_CPUID. */
  CpuidTable cpuid();

  /**
   * The Hyper-V leaves that this vCPU could be given. KVM_GET_SUPPORTED_HV_CPUID on the vCPU,
   * KVM_CAP_HYPERV_CPUID.
   */
  CpuidTable supportedHypervCpuid();

  /**
   * Replaces the thread's signal mask while it is in {@link org.kvm4j.Vcpu#run}.
   * KVM_SET_SIGNAL_MASK.
   *
   * <p>kvm4j's own kicks need none: this is for a program that uses signals of its own. The kernel
   * never blocks SIGKILL and SIGSTOP.
   *
   * @param blocked signal numbers, 1 to 64; also none
   * @throws IllegalArgumentException if a number is out of range, or it is the signal that {@link
   *     org.kvm4j.Vcpu#kick} sends
   */
  void setSignalMask(Set<Integer> blocked);

  /** Leaves the thread's signal mask as it is again. KVM_SET_SIGNAL_MASK without a mask. */
  void clearSignalMask();
}
