package org.kvm4j.core.abi;

/** struct kvm_irqchip: the state of one in-kernel interrupt controller. */
public final class KvmIrqchip {

  @C("sizeof(struct kvm_irqchip)")
  public static final int SIZEOF = 520;

  @C("offsetof(struct kvm_irqchip, chip_id)")
  public static final int CHIP_ID = 0;

  @C("offsetof(struct kvm_irqchip, chip)")
  public static final int CHIP = 8;

  @C("KVM_IRQCHIP_PIC_MASTER")
  public static final int KVM_IRQCHIP_PIC_MASTER = 0;

  @C("KVM_IRQCHIP_PIC_SLAVE")
  public static final int KVM_IRQCHIP_PIC_SLAVE = 1;

  @C("KVM_IRQCHIP_IOAPIC")
  public static final int KVM_IRQCHIP_IOAPIC = 2;

  private KvmIrqchip() {}
}
