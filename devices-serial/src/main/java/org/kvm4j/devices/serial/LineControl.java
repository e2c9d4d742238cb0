package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_LCR_DLAB;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_EPAR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_PARITY;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_SBC;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_STOP;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN_MASK;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_BI;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_FE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_PE;

/** LCR and the divisor latch: the format of a character and how long it takes (8.1, 8.3). */
final class LineControl {

  /** The crystal of a PC's serial port; 16 clocks of the divided rate make one bit. */
  private static final long CLOCK_HZ = 1_843_200;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** 9600 baud. A hardware reset leaves the latch undefined, so any value is as good. */
  private static final int RESET_DIVISOR = 12;

  /** The longest character: start, 8 data, parity and 2 stop bits at the largest divisor. */
  static final long MAX_CHARACTER_NANOS = nanos(24, 0x1_0000);

  private int lcr;
  private int divisor;

  void reset() {
    set(0, RESET_DIVISOR);
  }

  void set(int lcr, int divisor) {
    this.lcr = lcr;
    this.divisor = divisor;
  }

  int lcr() {
    return lcr;
  }

  void writeLcr(int value) {
    lcr = value;
  }

  int divisor() {
    return divisor;
  }

  int divisorLow() {
    return divisor & 0xff;
  }

  int divisorHigh() {
    return divisor >> 8;
  }

  void writeDivisorLow(int value) {
    divisor = (divisor & 0xff00) | value;
  }

  void writeDivisorHigh(int value) {
    divisor = (divisor & 0xff) | (value << 8);
  }

  /** Whether ports 0 and 1 are the divisor latch. */
  boolean isDivisorAccess() {
    return (lcr & UART_LCR_DLAB) != 0;
  }

  boolean isBreak() {
    return (lcr & UART_LCR_SBC) != 0;
  }

  /** The data bits that a character has on the line: 5 to 8. */
  int wordMask() {
    return 0xff >> (8 - wordLength());
  }

  /**
   * What LSR says of a break: no stop bit, so a framing error too, and a parity bit of 0, which is
   * wrong for odd (and stuck-at-1) parity.
   */
  int breakErrors() {
    boolean parityBitShouldBeOne = (lcr & (UART_LCR_PARITY | UART_LCR_EPAR)) == UART_LCR_PARITY;
    return UART_LSR_BI | UART_LSR_FE | (parityBitShouldBeOne ? UART_LSR_PE : 0);
  }

  /** How long a character takes, from its start bit to the end of its last stop bit. */
  long characterNanos() {
    // A divisor of 0 is outside the datasheet; the 16-bit down-counter then takes its full period.
    return nanos(characterHalfBits(), divisor == 0 ? 0x1_0000 : divisor);
  }

  private int wordLength() {
    return 5 + (lcr & UART_LCR_WLEN_MASK);
  }

  /** In halves, because five data bits can have one and a half stop bits. */
  private int characterHalfBits() {
    int parityBits = (lcr & UART_LCR_PARITY) != 0 ? 1 : 0;
    int stopHalfBits = (lcr & UART_LCR_STOP) == 0 ? 2 : wordLength() == 5 ? 3 : 4;
    return 2 * (1 + wordLength() + parityBits) + stopHalfBits;
  }

  private static long nanos(int halfBits, int divisor) {
    return halfBits * 8L * divisor * NANOS_PER_SECOND / CLOCK_HZ;
  }
}
