package org.kvm4j.core.abi;

/** struct kvm_irq_routing: a count and that many struct kvm_irq_routing_entry. */
public final class KvmIrqRouting {

  @C("sizeof(struct kvm_irq_routing)")
  public static final int SIZEOF = 8;

  @C("offsetof(struct kvm_irq_routing, nr)")
  public static final int NR = 0;

  @C("offsetof(struct kvm_irq_routing, flags)")
  public static final int FLAGS = 4;

  @C("offsetof(struct kvm_irq_routing, entries)")
  public static final int ENTRIES = 8;

  private KvmIrqRouting() {}
}
