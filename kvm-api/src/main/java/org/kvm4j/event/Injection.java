package org.kvm4j.event;

import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;

/**
 * Events that reach a vCPU from outside: NMI, SMI, interrupts, machine checks.
 *
 * <p>Threading: the vCPU's thread. Every method throws {@link KvmIoctlException} if the kernel
 * refuses, and {@link KvmCapabilityException} if this KVM cannot do it. KVM API, section 4.
 */
public interface Injection {

  /**
   * Raises a non-maskable interrupt, vector 2. At most two wait for the guest at a time; KVM drops
   * further ones. KVM_NMI.
   */
  void nmi();

  /**
   * Raises a system management interrupt. KVM_SMI.
   *
   * <p>The guest enters system management mode at SMBASE + 0x8000, 0x38000 after reset. In it, it
   * sees the memory slots of address space 1 alone (KVM_CAP_MULTI_ADDRESS_SPACE): without any, its
   * first fetch ends in {@link org.kvm4j.VcpuExit.InternalError}.
   *
   * @throws KvmCapabilityException if this KVM has no system management mode
   */
  void smi();

  /**
   * Queues an interrupt for a VM without in-kernel interrupt controllers. KVM_INTERRUPT.
   *
   * <p>KVM delivers it at the next entry <em>without looking whether the guest is ready</em>:
   * RFLAGS may have IF clear, or the guest may be between {@code sti} and the next instruction. So
   * do as follows. If the guest is ready, which {@code kvm_run} says in {@code
   * ready_for_interrupt_injection} after every exit, call this. If not, ask for an interrupt window
   * ({@code request_interrupt_window}), run, and call this at the {@link
   * org.kvm4j.VcpuExit.InterruptWindowOpen} that comes. A guest that stopped with {@link
   * org.kvm4j.VcpuExit.Halt} and has IF set is ready. A second call before the next run replaces
   * the first vector.
   *
   * @param vector 0 to 255; those below 32 are the processor's exceptions
   * @throws IllegalArgumentException if there is no such vector
   * @throws KvmIoctlException ENXIO if the PIC is in the kernel: use {@link
   *     org.kvm4j.Vm#setIrqLine}; EEXIST if only the local APIC is, and an interrupt waits already
   */
  void interrupt(int vector);

  /**
   * Gives the vCPU its machine-check banks, before {@link #machineCheck}. KVM_X86_SETUP_MCE.
   *
   * @param banks 1 to {@value MachineCheck#MOST_BANKS}, the low byte of MCG_CAP; processors have
   *     about 10
   * @param capabilities the other bits of MCG_CAP: a subset of what KVM supports
   *     (KVM_X86_GET_MCE_CAP_SUPPORTED); 0 will always do
   * @throws IllegalArgumentException if the number of banks is out of range, or capabilities has
   *     bits in the low byte
   */
  void setUpMachineChecks(int banks, long capabilities);

  /**
   * Raises a machine check: writes the bank's registers and, if the error is uncorrected, raises
   * #MC, vector 18. KVM_X86_SET_MCE.
   *
   * <p>No #MC comes from an uncorrected error that needs no action (MCG_STATUS is 0, and of
   * MCi_STATUS the bits PCC, S and AR), and KVM drops an uncorrected error whose reporting the
   * guest has switched off in MCG_CTL or MCi_CTL. A corrected error does not replace an uncorrected
   * one that the guest has not cleared.
   *
   * <p>Needs {@link #setUpMachineChecks}. An uncorrected error while the guest has CR4.MCE clear,
   * or handles another, shuts the guest down: {@link org.kvm4j.VcpuExit.Shutdown}.
   *
   * @throws KvmIoctlException EINVAL if the vCPU has no such bank
   */
  void machineCheck(MachineCheck check);

  /**
   * Whether an access to the local APIC's task priority ends {@link org.kvm4j.Vcpu#run} with {@code
   * KVM_EXIT_TPR_ACCESS}. Off at first; needs the in-kernel local APIC. Processors that keep the
   * task priority themselves may report nothing. KVM_TPR_ACCESS_REPORTING.
   */
  void reportTaskPriorityAccesses(boolean enabled);

  /**
   * Names guest memory that mirrors the local APIC's task priority, for guests patched to use it
   * instead. KVM_SET_VAPIC_ADDR.
   *
   * @param guestAddress of 4 bytes in RAM, or 0 for none
   * @throws IllegalArgumentException if the address is not a multiple of 4
   * @throws KvmIoctlException EINVAL without in-kernel local APIC, or if there is no RAM
   */
  void setVirtualApicAddress(long guestAddress);
}
