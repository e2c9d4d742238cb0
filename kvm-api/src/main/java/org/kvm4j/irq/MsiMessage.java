package org.kvm4j.irq;

/**
 * A message-signalled interrupt: a write that a local APIC takes as an interrupt.
 *
 * <p>Intel SDM, volume 3, section "Message Signalled Interrupts"; struct kvm_msi.
 *
 * @param address where a device would write; on x86 0xfee00000 and the destination in bits 12 to
 *     19. With KVM_CAP_X2APIC_API, bits 40 to 63 hold bits 8 to 31 of the destination.
 * @param data what it would write: the vector in bits 0 to 7, the delivery mode in bits 8 to 10,
 *     bit 14 for assert, bit 15 for level-triggered
 */
public record MsiMessage(long address, int data) {

  private static final long BASE = 0xfee0_0000L;
  private static final int DESTINATION_SHIFT = 12;
  private static final int LOW_DESTINATION = 0xff;
  private static final int DELIVERY_MODE_SHIFT = 8;
  private static final int ASSERT = 1 << 14;
  private static final int LEVEL = 1 << 15;
  private static final int FIRST_VECTOR = 0x10;
  private static final int LAST_VECTOR = 0xff;

  /**
   * An edge-triggered interrupt for one local APIC by its id: fixed delivery, physical destination.
   *
   * @param apicId as given to {@link org.kvm4j.Vm#createVcpu}; 0xff is all, more needs
   *     KVM_CAP_X2APIC_API
   * @param vector 0x10 to 0xff; 0x20 and up are no exceptions
   */
  public static MsiMessage fixed(int apicId, int vector) {
    if (apicId < 0) {
      throw new IllegalArgumentException("APIC id " + apicId + ": use 0 or more");
    }
    if (vector < FIRST_VECTOR || vector > LAST_VECTOR) {
      throw new IllegalArgumentException(
          "vector 0x%x: a local APIC takes 0x10 to 0xff".formatted(vector));
    }
    long low = (long) (apicId & LOW_DESTINATION) << DESTINATION_SHIFT;
    long high = (long) (apicId & ~LOW_DESTINATION) << Integer.SIZE;
    return new MsiMessage(BASE | low | high, vector);
  }

  /**
   * The same interrupt, but level-triggered: its end is told to the I/O APIC, which in a split
   * irqchip is {@link org.kvm4j.VcpuExit.IoapicEoi}.
   */
  public MsiMessage levelTriggered() {
    return new MsiMessage(address, data | LEVEL | ASSERT);
  }

  /** Whether its end is told to the I/O APIC. */
  public boolean isLevelTriggered() {
    return (data & LEVEL) != 0;
  }

  /** What it asks the local APIC to do. */
  public DeliveryMode deliveryMode() {
    return DeliveryMode.of(data >>> DELIVERY_MODE_SHIFT);
  }

  /** The interrupt vector, 0 to 0xff. */
  public int vector() {
    return data & LAST_VECTOR;
  }
}
