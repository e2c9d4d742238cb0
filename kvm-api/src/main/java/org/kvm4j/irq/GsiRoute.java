package org.kvm4j.irq;

import java.util.ArrayList;
import java.util.List;

/**
 * Where one GSI, the number of an interrupt line, leads. struct kvm_irq_routing_entry; KVM API,
 * KVM_SET_GSI_ROUTING.
 */
public sealed interface GsiRoute {

  /** The line, from 0; its limit is what KVM_CAP_IRQ_ROUTING gives, such as 4096. */
  int gsi();

  /**
   * An input of an in-kernel controller. Not in a split irqchip. KVM_IRQ_ROUTING_IRQCHIP.
   *
   * @param pin from 0, less than {@link Irqchip#pins}
   */
  record IrqchipPin(int gsi, Irqchip chip, int pin) implements GsiRoute {
    /** Checks the numbers. */
    public IrqchipPin {
      checkGsi(gsi);
      if (pin < 0 || pin >= chip.pins()) {
        throw new IllegalArgumentException(
            "pin %d of the %s: use 0 to %d".formatted(pin, chip, chip.pins() - 1));
      }
    }
  }

  /** A message to a local APIC; the line going low does nothing. KVM_IRQ_ROUTING_MSI. */
  record Msi(int gsi, MsiMessage message) implements GsiRoute {
    /** Checks the number. */
    public Msi {
      checkGsi(gsi);
    }
  }

  /**
   * A synthetic interrupt of Hyper-V. KVM_IRQ_ROUTING_HV_SINT, KVM_CAP_HYPERV_SYNIC.
   *
   * @param vcpu its Hyper-V index
   * @param sint 0 to 15
   */
  record HypervSint(int gsi, int vcpu, int sint) implements GsiRoute {
    private static final int LAST_SINT = 15;

    /** Checks the numbers. */
    public HypervSint {
      checkGsi(gsi);
      checkVcpu(vcpu);
      if (sint < 0 || sint > LAST_SINT) {
        throw new IllegalArgumentException("SINT " + sint + ": use 0 to " + LAST_SINT);
      }
    }
  }

  /**
   * An event channel of Xen, with the only priority that KVM knows, that of two-level channels.
   * KVM_IRQ_ROUTING_XEN_EVTCHN, KVM_CAP_XEN_HVM with KVM_XEN_HVM_CONFIG_EVTCHN_2LEVEL.
   *
   * @param port the event channel
   * @param vcpu the id of the vCPU that is told
   */
  record XenEventChannel(int gsi, int port, int vcpu) implements GsiRoute {
    private static final int PORTS = 4096;

    /** Checks the numbers. */
    public XenEventChannel {
      checkGsi(gsi);
      checkVcpu(vcpu);
      if (port <= 0 || port >= PORTS) {
        throw new IllegalArgumentException("event channel " + port + ": use 1 to " + (PORTS - 1));
      }
    }
  }

  /**
   * What {@link org.kvm4j.Vm#createIrqchip} sets up: GSI 0 to 15 lead to the PIC's and the IOAPIC's
   * input of the same number (GSI 0 to IOAPIC pin 0, not 2), GSI 16 to 23 to the IOAPIC's only.
   *
   * <p>A PC whose tables say that IRQ 0 is IOAPIC pin 2 needs other routes for GSI 0 and 2.
   */
  static List<GsiRoute> defaults() {
    List<GsiRoute> routes = new ArrayList<>();
    int picPins = Irqchip.PIC_MASTER.pins();
    for (int gsi = 0; gsi < Irqchip.IOAPIC.pins(); gsi++) {
      routes.add(new IrqchipPin(gsi, Irqchip.IOAPIC, gsi));
      if (gsi < 2 * picPins) {
        Irqchip pic = gsi < picPins ? Irqchip.PIC_MASTER : Irqchip.PIC_SLAVE;
        routes.add(new IrqchipPin(gsi, pic, gsi % picPins));
      }
    }
    return List.copyOf(routes);
  }

  private static void checkGsi(int gsi) {
    if (gsi < 0) {
      throw new IllegalArgumentException("GSI " + gsi + ": use 0 or more");
    }
  }

  private static void checkVcpu(int vcpu) {
    if (vcpu < 0) {
      throw new IllegalArgumentException("vCPU " + vcpu + ": use 0 or more");
    }
  }
}
