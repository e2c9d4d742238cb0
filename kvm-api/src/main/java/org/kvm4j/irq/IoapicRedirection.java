package org.kvm4j.irq;

/**
 * What one input of the IOAPIC sends. Intel 82093AA data sheet, section 3.2.4; struct
 * kvm_ioapic_state, redirtbl. Reserved bits are not kept.
 *
 * @param vector 0 to 0xff
 * @param deliveryMode bits 8 to 10
 * @param logicalDestination bit 11: a set of processors, not an APIC id
 * @param deliveryPending bit 12
 * @param activeLow bit 13
 * @param remoteIrr bit 14: a level-triggered interrupt that the guest has not ended
 * @param levelTriggered bit 15
 * @param masked bit 16
 * @param destination bits 56 to 63
 */
public record IoapicRedirection(
    int vector,
    DeliveryMode deliveryMode,
    boolean logicalDestination,
    boolean deliveryPending,
    boolean activeLow,
    boolean remoteIrr,
    boolean levelTriggered,
    boolean masked,
    int destination) {

  private static final int BYTE = 0xff;
  private static final int DELIVERY_MODE_SHIFT = 8;
  private static final int LOGICAL = 11;
  private static final int PENDING = 12;
  private static final int LOW = 13;
  private static final int REMOTE_IRR = 14;
  private static final int LEVEL = 15;
  private static final int MASKED = 16;
  private static final int DESTINATION_SHIFT = 56;

  /** As after reset. */
  public static final IoapicRedirection RESET = of(1L << MASKED);

  /** Checks the numbers. */
  public IoapicRedirection {
    if ((vector & BYTE) != vector) {
      throw new IllegalArgumentException("vector 0x%x: use 0 to 0xff".formatted(vector));
    }
    if ((destination & BYTE) != destination) {
      throw new IllegalArgumentException("destination 0x%x: use 0 to 0xff".formatted(destination));
    }
  }

  /** The entry that the IOAPIC has as these 64 bits. */
  public static IoapicRedirection of(long bits) {
    return new IoapicRedirection(
        (int) bits & BYTE,
        DeliveryMode.of((int) bits >>> DELIVERY_MODE_SHIFT),
        isSet(bits, LOGICAL),
        isSet(bits, PENDING),
        isSet(bits, LOW),
        isSet(bits, REMOTE_IRR),
        isSet(bits, LEVEL),
        isSet(bits, MASKED),
        (int) (bits >>> DESTINATION_SHIFT));
  }

  /** A vector for one processor by its APIC id, edge-triggered and not masked. */
  public static IoapicRedirection fixed(int apicId, int newVector) {
    return new IoapicRedirection(
        newVector, DeliveryMode.FIXED, false, false, false, false, false, false, apicId);
  }

  /** As the IOAPIC has it; the reserved bits are 0. */
  public long bits() {
    return vector
        | (long) deliveryMode.number() << DELIVERY_MODE_SHIFT
        | bit(logicalDestination, LOGICAL)
        | bit(deliveryPending, PENDING)
        | bit(activeLow, LOW)
        | bit(remoteIrr, REMOTE_IRR)
        | bit(levelTriggered, LEVEL)
        | bit(masked, MASKED)
        | (long) destination << DESTINATION_SHIFT;
  }

  /** The same entry for a level-triggered line. */
  public IoapicRedirection asLevelTriggered() {
    return of(bits() | 1L << LEVEL);
  }

  private static boolean isSet(long bits, int bit) {
    return (bits >>> bit & 1) != 0;
  }

  private static long bit(boolean value, int bit) {
    return value ? 1L << bit : 0;
  }
}
