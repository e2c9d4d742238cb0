package org.kvm4j.irq;

/**
 * What an interrupt message asks a local APIC to do. Intel 82093AA data sheet, section 3.2.4; Intel
 * SDM, volume 3, local APIC.
 *
 * <p>In the order of their numbers, 0 to 7.
 */
public enum DeliveryMode {
  /** The vector, to all processors named. */
  FIXED,
  /** The vector, to that of them with the lowest priority. */
  LOWEST_PRIORITY,
  /** A system management interrupt. */
  SMI,
  /** Number 3: reserved in an I/O APIC, but a guest can write it. */
  RESERVED_3,
  /** A non-maskable interrupt. */
  NMI,
  /** A reset of the processor. */
  INIT,
  /** Number 6: reserved in an I/O APIC, but a guest can write it. */
  RESERVED_6,
  /** An interrupt whose vector comes from the PIC. */
  EXTINT;

  private static final DeliveryMode[] BY_NUMBER = values();

  /** The mode with a number, of which the lowest three bits count. */
  public static DeliveryMode of(int number) {
    return BY_NUMBER[number & (BY_NUMBER.length - 1)];
  }

  /** Its number, 0 to 7. */
  public int number() {
    return switch (this) {
      case FIXED -> 0;
      case LOWEST_PRIORITY -> 1;
      case SMI -> 2;
      case RESERVED_3 -> 3;
      case NMI -> 4;
      case INIT -> 5;
      case RESERVED_6 -> 6;
      case EXTINT -> 7;
    };
  }
}
