package org.kvm4j.core.abi;

/** struct kvm_irq_level: the level of an interrupt line. */
public final class KvmIrqLevel {

  @C("sizeof(struct kvm_irq_level)")
  public static final int SIZEOF = 8;

  @C("offsetof(struct kvm_irq_level, irq)")
  public static final int IRQ = 0;

  @C("offsetof(struct kvm_irq_level, level)")
  public static final int LEVEL = 4;

  @C("offsetof(struct kvm_irq_level, status)")
  public static final int STATUS = 0;

  private KvmIrqLevel() {}
}
