package org.kvm4j.event;

/**
 * Answers to exits that ask for one.
 *
 * <p>An answer reaches the guest at the next {@link org.kvm4j.Vcpu#run}; until then the registers
 * are those before the instruction. {@code kick(); run()} completes it without running on: use that
 * before reading or saving registers. The last answer before the run counts.
 *
 * <p>Without an answer the guest gets the safe one: #GP for an access to an MSR, -KVM_ENOSYS
 * (-1000) for a hypercall.
 *
 * <p>Threading: as for {@link org.kvm4j.Vcpu}. Every method throws {@link IllegalStateException} if
 * the last run did not end with an exit that it answers. KVM API, section 5, {@code msr} and {@code
 * hypercall} of struct kvm_run.
 */
public interface ExitReply {

  /**
   * Answers {@link org.kvm4j.VcpuExit.MsrRead}.
   *
   * @param value what {@code rdmsr} gives, in EDX:EAX
   */
  void msrValue(long value);

  /** Answers {@link org.kvm4j.VcpuExit.MsrWrite}: the write is done. */
  void msrAccepted();

  /** Answers a read or write of an MSR: the instruction raises #GP. */
  void msrFault();

  /**
   * Answers {@link org.kvm4j.VcpuExit.Hypercall}.
   *
   * @param result what the guest finds in RAX; its low 32 bits in EAX outside long mode
   */
  void hypercallResult(long result);
}
