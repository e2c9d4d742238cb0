package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.irq.GsiRoute;

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

  /** Unsigned in the header. */
  @C("(int) KVM_IRQ_ROUTING_XEN_EVTCHN_PRIO_2LEVEL")
  public static final int KVM_IRQ_ROUTING_XEN_EVTCHN_PRIO_2LEVEL = -1;

  private KvmIrqRoutingEntry() {}

  public static void write(ByteBuffer b, int at, GsiRoute route) {
    b.putInt(at + GSI, route.gsi());
    if (route instanceof GsiRoute.IrqchipPin pin) {
      b.putInt(at + TYPE, KVM_IRQ_ROUTING_IRQCHIP);
      b.putInt(at + IRQCHIP_IRQCHIP, pin.chip().number());
      b.putInt(at + IRQCHIP_PIN, pin.pin());
    } else if (route instanceof GsiRoute.Msi msi) {
      b.putInt(at + TYPE, KVM_IRQ_ROUTING_MSI);
      b.putInt(at + MSI_ADDRESS_LO, (int) msi.message().address());
      b.putInt(at + MSI_ADDRESS_HI, (int) (msi.message().address() >>> Integer.SIZE));
      b.putInt(at + MSI_DATA, msi.message().data());
    } else if (route instanceof GsiRoute.HypervSint hyperv) {
      b.putInt(at + TYPE, KVM_IRQ_ROUTING_HV_SINT);
      b.putInt(at + HV_SINT_VCPU, hyperv.vcpu());
      b.putInt(at + HV_SINT_SINT, hyperv.sint());
    } else if (route instanceof GsiRoute.XenEventChannel xen) {
      b.putInt(at + TYPE, KVM_IRQ_ROUTING_XEN_EVTCHN);
      b.putInt(at + XEN_EVTCHN_PORT, xen.port());
      b.putInt(at + XEN_EVTCHN_VCPU, xen.vcpu());
      b.putInt(at + XEN_EVTCHN_PRIORITY, KVM_IRQ_ROUTING_XEN_EVTCHN_PRIO_2LEVEL);
    }
  }
}
