package org.kvm4j.core.abi;

/** struct kvm_irq_routing_entry: where one GSI leads. */
public final class KvmIrqRoutingEntry {

  @C("sizeof(struct kvm_irq_routing_entry)")
  public static final int SIZEOF = 48;

  @C("offsetof(struct kvm_irq_routing_entry, gsi)")
  public static final int GSI = 0;

  @C("offsetof(struct kvm_irq_routing_entry, type)")
  public static final int TYPE = 4;

  @C("offsetof(struct kvm_irq_routing_entry, flags)")
  public static final int FLAGS = 8;

  @C("offsetof(struct kvm_irq_routing_entry, u.irqchip.irqchip)")
  public static final int IRQCHIP_IRQCHIP = 16;

  @C("offsetof(struct kvm_irq_routing_entry, u.irqchip.pin)")
  public static final int IRQCHIP_PIN = 20;

  @C("offsetof(struct kvm_irq_routing_entry, u.msi.address_lo)")
  public static final int MSI_ADDRESS_LO = 16;

  @C("offsetof(struct kvm_irq_routing_entry, u.msi.address_hi)")
  public static final int MSI_ADDRESS_HI = 20;

  @C("offsetof(struct kvm_irq_routing_entry, u.msi.data)")
  public static final int MSI_DATA = 24;

  @C("offsetof(struct kvm_irq_routing_entry, u.msi.devid)")
  public static final int MSI_DEVID = 28;

  @C("offsetof(struct kvm_irq_routing_entry, u.hv_sint.vcpu)")
  public static final int HV_SINT_VCPU = 16;

  @C("offsetof(struct kvm_irq_routing_entry, u.hv_sint.sint)")
  public static final int HV_SINT_SINT = 20;

  @C("offsetof(struct kvm_irq_routing_entry, u.xen_evtchn.port)")
  public static final int XEN_EVTCHN_PORT = 16;

  @C("offsetof(struct kvm_irq_routing_entry, u.xen_evtchn.vcpu)")
  public static final int XEN_EVTCHN_VCPU = 20;

  @C("offsetof(struct kvm_irq_routing_entry, u.xen_evtchn.priority)")
  public static final int XEN_EVTCHN_PRIORITY = 24;

  @C("KVM_IRQ_ROUTING_IRQCHIP")
  public static final int KVM_IRQ_ROUTING_IRQCHIP = 1;

  @C("KVM_IRQ_ROUTING_MSI")
  public static final int KVM_IRQ_ROUTING_MSI = 2;

  @C("KVM_IRQ_ROUTING_HV_SINT")
  public static final int KVM_IRQ_ROUTING_HV_SINT = 4;

  @C("KVM_IRQ_ROUTING_XEN_EVTCHN")
  public static final int KVM_IRQ_ROUTING_XEN_EVTCHN = 5;

  private KvmIrqRoutingEntry() {}
}
