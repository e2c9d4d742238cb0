package org.kvm4j.machine.boot;

/**
 * A line of the memory map that firmware gives to a kernel. BIOS function 15h, AX = E820h.
 *
 * @param range what it is about
 * @param type what may be done with it
 */
public record E820Entry(Range range, Type type) {

  /** What an entry says of its range. ACPI 6.5, table 15.2. */
  public enum Type {
    /** E820_TYPE_RAM. */
    RAM(1),
    /** E820_TYPE_RESERVED. */
    RESERVED(2);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    /** As it stands in the map. */
    public int number() {
      return number;
    }
  }

  static E820Entry ram(long start, long end) {
    return new E820Entry(new Range(start, end), Type.RAM);
  }

  static E820Entry reserved(Range range) {
    return new E820Entry(range, Type.RESERVED);
  }
}
