package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_RCVR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_8;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RX_TIMEOUT;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The FIFO time-out (8.10): four character times without a character received or read. */
class CharacterTimeoutTest {

  /** Four times ten bits at 9600 baud. */
  private static final long TIMEOUT_NANOS = 4_166_666;

  private final SerialPort port = new SerialPort();

  @BeforeEach
  void waitForEightCharacters() {
    port.out(UART_MCR, UART_MCR_OUT2);
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.setDivisor(12);
    port.enableFifo(UART_FCR_TRIGGER_8);
    port.out(UART_IER, UART_IER_RDI);
  }

  @AfterEach
  void close() {
    port.close();
  }

  /**
   * The third line is the datasheet's own example: 160 ms at 300 baud with 12 bits. A divisor of 0
   * counts as 65536.
   */
  @ParameterizedTest(name = "lcr {0}, divisor {1}: {2} half bits, {3} ns")
  @CsvSource({
    "0x03, 1, 20, 347220", // 8N1 at 115200 baud
    "0x03, 12, 20, 4166664",
    "0x0f, 384, 24, 160000000", // 8O2
    "0x00, 12, 14, 2916664", // 5N1
    "0x04, 12, 15, 3125000", // 5N1.5
    "0x1a, 12, 20, 4166664", // 7E1
    "0x05, 12, 18, 3750000", // 6N2
    "0x03, 0, 20, 22755555552",
  })
  void timeout_isFourCharacterTimes(String lcr, int divisor, int halfBits, long nanos) {
    double exact = 4e9 * halfBits / 2 * 16 * (divisor == 0 ? 65536 : divisor) / 1_843_200;
    assertEquals(exact, (double) nanos, 4.0, "the example is wrong by more than rounding");
    port.out(UART_LCR, Integer.decode(lcr));
    port.setDivisor(divisor);
    port.host().send("x");

    port.clock().advance(nanos - 1);
    assertFalse(port.line().isHigh());

    port.clock().advance(1);
    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RX_TIMEOUT, port.interruptId());
  }

  @Test
  void timeout_isClearedByReadingRbr_andNotByIirOrLsr() {
    port.host().send("ab");
    port.clock().advance(TIMEOUT_NANOS);
    assertEquals(UART_IIR_RX_TIMEOUT, port.interruptId());
    port.in(UART_LSR);
    assertTrue(port.line().isHigh());

    assertEquals('a', port.in(UART_RX));
    assertFalse(port.line().isHigh());

    port.clock().advance(TIMEOUT_NANOS);
    assertTrue(port.line().isHigh(), "the second character waits, too");
    assertEquals('b', port.in(UART_RX));
    port.clock().advance(TIMEOUT_NANOS);
    assertFalse(port.line().isHigh(), "nothing waits any more");
  }

  @Test
  void receivingCharacter_startsTheWaitAnew() {
    port.host().send("a");
    port.clock().advance(TIMEOUT_NANOS / 2);
    port.host().send("b");
    port.clock().advance(TIMEOUT_NANOS / 2 + 1);
    assertFalse(port.line().isHigh());

    port.clock().advance(TIMEOUT_NANOS / 2);
    assertTrue(port.line().isHigh());
  }

  @Test
  void readingCharacter_startsTheWaitAnew() {
    port.host().send("ab");
    port.clock().advance(TIMEOUT_NANOS / 2);
    port.in(UART_RX);
    port.clock().advance(TIMEOUT_NANOS / 2 + 1);
    assertFalse(port.line().isHigh());

    port.clock().advance(TIMEOUT_NANOS / 2);
    assertTrue(port.line().isHigh());
  }

  @Test
  void receivingCharacter_leavesPendingTimeout() {
    port.host().send("a");
    port.clock().advance(TIMEOUT_NANOS);
    port.line().clearEdges();

    port.host().send("b");

    assertEquals(UART_IIR_RX_TIMEOUT, port.interruptId());
    assertEquals(0, port.line().edges());
  }

  @Test
  void timeout_isReportedInsteadOfData_whenTheTriggerLevelIsReachedToo() {
    port.host().send("x".repeat(8));
    assertEquals(UART_IIR_RDI, port.interruptId());

    port.clock().advance(TIMEOUT_NANOS);
    assertEquals(UART_IIR_RX_TIMEOUT, port.interruptId());

    port.host().send("y");
    port.in(UART_RX);
    assertEquals(UART_IIR_RDI, port.interruptId(), "reading clears the time-out alone");
  }

  @Test
  void timeout_isKept_untilRdiIsEnabled() {
    port.out(UART_IER, 0);
    port.host().send("x");
    port.clock().advance(TIMEOUT_NANOS);
    assertFalse(port.line().isHigh());

    port.out(UART_IER, UART_IER_RDI);
    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RX_TIMEOUT, port.interruptId());
  }

  @Test
  void noTimeout_afterFifoWasCleared() {
    port.host().send("x");
    port.enableFifo(UART_FCR_TRIGGER_8 | UART_FCR_CLEAR_RCVR);

    port.clock().advance(TIMEOUT_NANOS);
    assertEquals(UART_IIR_NO_INT, port.interruptId());
    assertEquals(0, port.clock().armedTimers());
  }

  @Test
  void clearingFifo_clearsPendingTimeout() {
    port.host().send("x");
    port.clock().advance(TIMEOUT_NANOS);

    port.enableFifo(UART_FCR_TRIGGER_8 | UART_FCR_CLEAR_RCVR);

    assertFalse(port.line().isHigh());
  }

  @Test
  void noTimeout_in16450Mode() {
    port.out(UART_FCR, 0);
    port.host().send("x");

    assertEquals(0, port.clock().armedTimers());
    port.clock().advance(TIMEOUT_NANOS);
    assertEquals(UART_IIR_RDI, port.interruptId());
  }

  @Test
  void reset_stopsTheWait() {
    port.host().send("x");
    port.device().reset();

    assertEquals(0, port.clock().armedTimers());
  }
}
