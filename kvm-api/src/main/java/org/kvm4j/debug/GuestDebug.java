package org.kvm4j.debug;

import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;

/**
 * Debugging of guest code from outside: single steps and breakpoints, which end {@link
 * org.kvm4j.Vcpu#run} with {@link org.kvm4j.VcpuExit.Debug}.
 *
 * <p>One configuration is in force at a time, at first {@link DebugConfiguration#OFF}. The guest
 * does not see it, but while hardware breakpoints are set its own debug registers have no effect.
 *
 * <p>An execution breakpoint stops <em>before</em> its instruction, and stops there again: to go
 * on, step once with a configuration without it. A watchpoint stops <em>after</em> the access. At
 * an {@code int3}, RIP is still at it: to go on, put the instruction back that it stands for, or
 * give the exception to the guest by {@link #injectBreakpoint}. A KVM that emulates the guest's
 * instructions may know steps and execution breakpoints alone.
 *
 * <p>Threading: the vCPU's thread. KVM API, section 4, KVM_SET_GUEST_DEBUG; Intel SDM volume 3,
 * chapter "Debug, Branch Profile, TSC, and Intel Resource Director Technology".
 */
public interface GuestDebug {

  /** The configuration in force: the last that KVM accepted. */
  DebugConfiguration configuration();

  /**
   * Replaces the configuration. KVM_SET_GUEST_DEBUG.
   *
   * @throws KvmCapabilityException if it blocks interrupts and this KVM cannot
   * @throws KvmIoctlException if the kernel refuses, as it does for a VM whose state is encrypted
   */
  void configure(DebugConfiguration configuration);

  /** Ends all debugging. KVM_SET_GUEST_DEBUG. */
  default void off() {
    configure(DebugConfiguration.OFF);
  }

  /**
   * Gives the guest a debug exception, #DB, at its next run: for one that was the guest's own. The
   * configuration stays. KVM_SET_GUEST_DEBUG with KVM_GUESTDBG_INJECT_DB.
   *
   * @throws KvmIoctlException with EBUSY if an exception waits for the guest already
   */
  void injectDebugException();

  /**
   * Gives the guest a breakpoint exception, #BP, at its next run: for an {@code int3} that is its
   * own, while RIP is still at it. The configuration stays. KVM_SET_GUEST_DEBUG with
   * KVM_GUESTDBG_INJECT_BP.
   *
   * @throws KvmIoctlException with EBUSY if an exception waits for the guest already
   */
  void injectBreakpoint();
}
