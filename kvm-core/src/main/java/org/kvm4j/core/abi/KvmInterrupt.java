package org.kvm4j.core.abi;

/** struct kvm_interrupt: an interrupt vector to queue. */
public final class KvmInterrupt {

  @C("sizeof(struct kvm_interrupt)")
  public static final int SIZEOF = 4;

  @C("offsetof(struct kvm_interrupt, irq)")
  public static final int IRQ = 0;

  private KvmInterrupt() {}
}
