package org.kvm4j.irq;

/**
 * The in-kernel i8254 of a VM, after {@link org.kvm4j.Vm#createPit2}.
 *
 * <p>Threading: any thread. Every method throws {@link IllegalStateException} before the PIT is
 * created and once the VM is closed, and {@link org.kvm4j.KvmIoctlException} if the kernel refuses.
 */
public interface KernelPit {

  /** Its counters. KVM_GET_PIT2. */
  PitState state();

  /** Sets its counters, which start anew from their counts. KVM_SET_PIT2. */
  void setState(PitState state);

  /**
   * Whether ticks that come while the guest has not taken the one before are made up for; they are,
   * unless this is called. KVM_REINJECT_CONTROL.
   *
   * @param reinject false for guests that find lost ticks out themselves, as Linux does
   */
  void setReinject(boolean reinject);
}
