package org.kvm4j.machine;

/** Which of a PC's chips KVM emulates by itself; the local APICs are among them always. */
public enum KernelChips {
  /** No others: PICs and IOAPIC are devices. KVM API, KVM_CAP_SPLIT_IRQCHIP. */
  LOCAL_APICS,
  /** PICs and IOAPIC. */
  IRQCHIP,
  /** PICs, IOAPIC and the i8254, with port 0x61. */
  IRQCHIP_AND_PIT;

  boolean hasPit() {
    return this == IRQCHIP_AND_PIT;
  }

  boolean hasIrqchip() {
    return this != LOCAL_APICS;
  }
}
