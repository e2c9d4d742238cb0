package org.kvm4j.devices.pit;

/**
 * The part of a control word that a counter keeps, as its status shows it: RW, M and BCD.
 *
 * @param bits 5 to 0 of the control word; RW is not 0, which would be a latch command
 */
record ControlWord(int bits) {

  static final int BITS = 0x3f;

  static final int RW = 0x30;

  /** The lowest value whose RW is not 0. */
  static final int RW_LEAST = 0x10;

  private static final int M = 0x0e;
  private static final int BCD = 0x01;

  /** What is behind a counter's single address. */
  enum ReadWrite {
    LEAST_SIGNIFICANT_BYTE,
    MOST_SIGNIFICANT_BYTE,
    LEAST_THEN_MOST_SIGNIFICANT_BYTE
  }

  ReadWrite readWrite() {
    return switch (bits & RW) {
      case 0x10 -> ReadWrite.LEAST_SIGNIFICANT_BYTE;
      case 0x20 -> ReadWrite.MOST_SIGNIFICANT_BYTE;
      default -> ReadWrite.LEAST_THEN_MOST_SIGNIFICANT_BYTE;
    };
  }

  CounterMode mode() {
    return switch ((bits & M) >> 1) {
      case 0 -> CounterMode.INTERRUPT_ON_TERMINAL_COUNT;
      case 1 -> CounterMode.HARDWARE_RETRIGGERABLE_ONE_SHOT;
      case 4 -> CounterMode.SOFTWARE_TRIGGERED_STROBE;
      case 5 -> CounterMode.HARDWARE_TRIGGERED_STROBE;
      case 2, 6 -> CounterMode.RATE_GENERATOR; // M2 does not matter to modes 2 and 3
      default -> CounterMode.SQUARE_WAVE;
    };
  }

  boolean bcd() {
    return (bits & BCD) != 0;
  }

  /** The number of pulses that a content of CR stands for; 0 stands for the largest. */
  int initialCount(int countRegister) {
    int count = bcd() ? fromBcd(countRegister) : countRegister;
    return Math.max(count == 0 ? countsPerTurn() : count, mode().leastCount());
  }

  /** The greatest {@link #initialCount}: in BCD with all four digits 15. */
  int greatestInitialCount() {
    return bcd() ? fromBcd(0xffff) : countsPerTurn();
  }

  /** The 16 bits that the guest reads for a count, which wraps below 0. */
  int encode(long count) {
    int rest = (int) Math.floorMod(count, (long) countsPerTurn());
    return bcd() ? toBcd(rest) : rest;
  }

  /** How many values CE has. */
  int countsPerTurn() {
    return bcd() ? 10_000 : 0x1_0000;
  }

  private static int fromBcd(int digits) {
    return (digits >> 12) * 1000
        + ((digits >> 8) & 0xf) * 100
        + ((digits >> 4) & 0xf) * 10
        + (digits & 0xf);
  }

  private static int toBcd(int count) {
    int thousands = count / 1000;
    int hundreds = count / 100 % 10;
    int tens = count / 10 % 10;
    return (thousands << 12) | (hundreds << 8) | (tens << 4) | (count % 10);
  }
}
