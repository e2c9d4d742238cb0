package org.kvm4j.msr;

import java.util.Set;

/**
 * Which accesses to model-specific registers leave the kernel, and which a guest may make at all.
 *
 * <p>An access that KVM does not do raises #GP in the guest, unless its reason is {@linkplain
 * #forward forwarded}: then {@link org.kvm4j.Vcpu#run} returns {@link org.kvm4j.VcpuExit.MsrRead}
 * or {@link org.kvm4j.VcpuExit.MsrWrite}, and {@link org.kvm4j.event.ExitReply} answers.
 *
 * <p>Threading: any thread, also while vCPUs run; they follow at their next entry. Both calls
 * replace what was set before. KVM API, sections 4.97 and 7.21.
 */
public interface MsrAccess {

  /**
   * Has accesses that KVM does not do answered by the caller. KVM_ENABLE_CAP of
   * KVM_CAP_X86_USER_SPACE_MSR.
   *
   * @param reasons the accesses to forward; none means #GP for all, as in a new VM
   * @throws org.kvm4j.KvmCapabilityException before Linux 5.10
   */
  void forward(Set<MsrExitReason> reasons);

  /**
   * Says which MSRs the guest may use. KVM_X86_SET_MSR_FILTER.
   *
   * <p>Forward {@link MsrExitReason#FILTER} first: between the two calls, running vCPUs would get
   * #GP.
   *
   * @throws org.kvm4j.KvmCapabilityException before Linux 5.10
   */
  void setFilter(MsrFilter filter);
}
