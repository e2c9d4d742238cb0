package org.kvm4j.core.kvm;

/** struct kvm_irq_level: the level of an interrupt line. */
final class KvmIrqLevel {

  @C("sizeof(struct kvm_irq_level)")
  static final int SIZEOF = 8;

  @C("offsetof(struct kvm_irq_level, irq)")
  static final int IRQ = 0;

  @C("offsetof(struct kvm_irq_level, level)")
  static final int LEVEL = 4;

  private KvmIrqLevel() {}
}
