package org.kvm4j.machine;

/** Which of a PC's chips KVM emulates by itself; the local APICs are among them always. */
public enum KernelChips {
  /** PICs and IOAPIC. */
  IRQCHIP,
  /** PICs, IOAPIC and the i8254, with port 0x61. */
  IRQCHIP_AND_PIT;

  boolean hasPit() {
    return this == IRQCHIP_AND_PIT;
  }
}
