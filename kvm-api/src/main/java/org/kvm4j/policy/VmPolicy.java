package org.kvm4j.policy;

import java.util.Set;

/**
 * How KVM treats a VM: options, quirks and limits, each of which a new VM has at its default.
 *
 * <p>Options stay on. What must come before the first vCPU throws {@link IllegalStateException}
 * after it. What has no method of its own goes through {@link org.kvm4j.Vm#enableCapability}.
 *
 * <p>Threading: any thread, except that set-up is not meant to race with itself. KVM API, sections
 * 7 and 8.
 */
public interface VmPolicy {

  /** The options that this KVM offers for the VM. KVM_CHECK_EXTENSION. */
  Set<VmOption> offeredOptions();

  /**
   * Switches options on; earlier ones stay on. KVM_ENABLE_CAP, once for each capability.
   *
   * @throws org.kvm4j.KvmCapabilityException if this KVM does not offer one of them; then none is
   *     switched on
   */
  void enable(Set<VmOption> options);

  /** The quirks that this KVM can do without. KVM_CHECK_EXTENSION of KVM_CAP_DISABLE_QUIRKS2. */
  Set<Quirk> offeredQuirks();

  /**
   * Makes KVM behave like the processors it stands for; best before the first vCPU. KVM_ENABLE_CAP
   * of KVM_CAP_DISABLE_QUIRKS2.
   *
   * <p>Name all of them in one call: for Linux 6.1 each call replaces the one before it.
   *
   * @throws org.kvm4j.KvmCapabilityException if this KVM cannot do without one of them
   */
  void disableQuirks(Set<Quirk> quirks);

  /**
   * Promises that vCPU ids stay below a limit, which saves memory. Before the first vCPU, and once.
   * KVM_ENABLE_CAP of KVM_CAP_MAX_VCPU_ID.
   *
   * @param limit 1 to what {@link org.kvm4j.Vm#checkExtension} says for KVM_CAP_MAX_VCPU_ID
   */
  void limitVcpuIds(int limit);

  /**
   * How long KVM at most waits busily when a vCPU halts. KVM_ENABLE_CAP of KVM_CAP_HALT_POLL.
   *
   * @param nanos at most 0xffffffff; 0 never waits
   */
  void setHaltPollNanos(long nanos);

  /**
   * The length of a cycle of the local APICs' bus, by which their timers count. After the irqchip
   * and before the first vCPU. KVM_ENABLE_CAP of KVM_CAP_X86_APIC_BUS_CYCLES_NS.
   *
   * @param nanos 1, which is the default, to 33554432
   */
  void setApicBusCycleNanos(int nanos);

  /**
   * Breaks into a guest that keeps the processor from taking events, on Intel. Before the first
   * vCPU. KVM_ENABLE_CAP of KVM_CAP_X86_NOTIFY_VMEXIT.
   *
   * @param window how long to let it, in the processor's crystal clock cycles, beyond its own least
   *     window; not negative
   * @param exit whether the vCPU returns with {@link org.kvm4j.VcpuExit.Notify} then
   */
  void enableNotify(int window, boolean exit);

  /**
   * Limits the performance events that the guest may count; replaces the filter before it.
   * KVM_SET_PMU_EVENT_FILTER.
   *
   * @throws org.kvm4j.KvmCapabilityException if this KVM has no such filter, or no masked one
   */
  void setPmuEventFilter(PmuEventFilter filter);
}
