package org.kvm4j.irq;

/** An in-kernel interrupt controller with pins. {@code KVM_IRQCHIP_*}. */
public enum Irqchip {
  /** KVM_IRQCHIP_PIC_MASTER: the 8259A at port 0x20. */
  PIC_MASTER(0, 8),
  /** KVM_IRQCHIP_PIC_SLAVE: the 8259A at port 0xa0. */
  PIC_SLAVE(1, 8),
  /** KVM_IRQCHIP_IOAPIC: the I/O APIC at 0xfec00000. */
  IOAPIC(2, 24);

  private final int number;
  private final int pins;

  Irqchip(int number, int pins) {
    this.number = number;
    this.pins = pins;
  }

  /** The kernel's number. */
  public int number() {
    return number;
  }

  /** How many inputs it has. */
  public int pins() {
    return pins;
  }
}
