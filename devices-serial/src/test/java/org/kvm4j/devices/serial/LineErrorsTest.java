package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_RCVR;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_SBC;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN7;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_BI;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_BRK_ERROR_BITS;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_FE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_FIFOE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_OE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_LOOP;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LSR's errors (8.4), which only loop-back can cause: overruns and breaks. */
class LineErrorsTest {

  private static final int ERRORS = UART_LSR_BRK_ERROR_BITS | UART_LSR_FIFOE;
  private static final int BREAK = UART_LSR_BI | UART_LSR_FE;

  private final SerialPort port = new SerialPort();

  @BeforeEach
  void loopBack() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
    port.in(UART_MSR);
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void overrun_in16450Mode_destroysTheOldCharacter() {
    port.out(UART_TX, 'a');
    port.out(UART_TX, 'b');

    assertEquals(UART_LSR_OE | UART_LSR_DR, port.in(UART_LSR) & (ERRORS | UART_LSR_DR));
    assertEquals(0, port.in(UART_LSR) & ERRORS, "reading LSR clears OE");
    assertEquals("b", port.readText());
  }

  @Test
  void overrun_inFifoMode_losesTheNewCharacter() {
    port.enableFifo(0);
    "0123456789abcdef".chars().forEach(c -> port.out(UART_TX, c));
    assertEquals(0, port.in(UART_LSR) & ERRORS);

    port.out(UART_TX, 'g');

    assertEquals(UART_LSR_OE, port.in(UART_LSR) & ERRORS, "an overrun is no error in the FIFO");
    assertEquals("0123456789abcdef", port.readText());
  }

  @Test
  void overrun_raisesLineStatusInterrupt_untilLsrIsRead() {
    port.out(UART_IER, UART_IER_RLSI);
    port.out(UART_TX, 'a');
    assertFalse(port.line().isHigh());
    port.out(UART_TX, 'b');

    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RLSI, port.interruptId());
    assertTrue(port.line().isHigh(), "reading IIR does not clear it");

    port.in(UART_LSR);
    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_NO_INT, port.interruptId());
  }

  @Test
  void settingBreak_receivesOneZeroCharacter() {
    sendBreak();

    assertEquals(BREAK | UART_LSR_DR, port.in(UART_LSR) & (ERRORS | UART_LSR_DR));
    assertEquals(0, port.in(UART_RX));
    assertEquals(0, port.in(UART_LSR) & (ERRORS | UART_LSR_DR));
  }

  @Test
  void holdingBreak_receivesNothingMore() {
    port.enableFifo(0);
    port.out(UART_LCR, UART_LCR_WLEN8 | UART_LCR_SBC);
    port.out(UART_LCR, UART_LCR_WLEN7 | UART_LCR_SBC);
    port.out(UART_TX, 'x');
    port.out(UART_LCR, UART_LCR_WLEN8);

    assertEquals("\0", port.readText());
  }

  @Test
  void enteringLoopback_receivesBreakThatIsSetAlready() {
    port.out(UART_MCR, 0);
    port.out(UART_LCR, UART_LCR_WLEN8 | UART_LCR_SBC);
    assertEquals(0, port.in(UART_LSR) & (ERRORS | UART_LSR_DR));

    port.out(UART_MCR, UART_MCR_LOOP);

    assertEquals(BREAK | UART_LSR_DR, port.in(UART_LSR) & (ERRORS | UART_LSR_DR));
  }

  @ParameterizedTest(name = "lcr {0}: PE {1}")
  @CsvSource({"0x03, 0", "0x0b, 4", "0x1b, 0", "0x2b, 4", "0x3b, 0"})
  void break_hasParityError_whenItsParityBitShouldBeOne(String lcr, int parityError) {
    port.out(UART_LCR, Integer.decode(lcr));
    port.out(UART_LCR, Integer.decode(lcr) | UART_LCR_SBC);

    assertEquals(BREAK | parityError, port.in(UART_LSR) & ERRORS);
  }

  @Test
  void break_raisesLineStatusInterrupt_untilLsrIsRead() {
    port.out(UART_IER, UART_IER_RLSI);
    sendBreak();

    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RLSI, port.interruptId());
    port.in(UART_LSR);
    assertFalse(port.line().isHigh());
  }

  @Test
  void errorInFifo_isShownWithItsCharacter_andBit7Before() {
    port.enableFifo(0);
    port.out(UART_IER, UART_IER_RLSI);
    port.out(UART_TX, 'a');
    sendBreak();
    port.out(UART_TX, 'b');

    assertEquals(UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS);
    assertEquals(UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS, "the error is still behind 'a'");
    assertFalse(port.line().isHigh());

    assertEquals('a', port.in(UART_RX));
    assertTrue(port.line().isHigh());
    assertEquals(BREAK | UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS);
    assertEquals(0, port.in(UART_LSR) & ERRORS, "no other error follows");

    assertEquals(0, port.in(UART_RX));
    assertEquals('b', port.in(UART_RX));
    assertEquals(0, port.in(UART_LSR) & ERRORS);
  }

  @Test
  void bit7_staysAfterLsrIsRead_whenAnotherErrorFollows() {
    port.enableFifo(0);
    sendBreak();
    sendBreak();

    assertEquals(BREAK | UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS);
    assertEquals(UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS);
    port.in(UART_RX);
    assertEquals(BREAK | UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS);
    assertEquals(0, port.in(UART_LSR) & ERRORS);
  }

  @Test
  void error_staysInLsr_whenItsCharacterIsReadFirst() {
    port.enableFifo(0);
    sendBreak();
    port.in(UART_RX);

    assertEquals(BREAK | UART_LSR_FIFOE, port.in(UART_LSR) & ERRORS);
    assertEquals(0, port.in(UART_LSR) & ERRORS);
  }

  @Test
  void clearingReceiver_dropsErrorsInFifo_butNotThoseInLsr() {
    port.enableFifo(0);
    port.out(UART_TX, 'a');
    sendBreak();
    port.enableFifo(UART_FCR_CLEAR_RCVR);
    assertEquals(0, port.in(UART_LSR) & ERRORS);

    sendBreak();
    port.enableFifo(UART_FCR_CLEAR_RCVR);
    assertEquals(BREAK | UART_LSR_FIFOE, port.in(UART_LSR) & (ERRORS | UART_LSR_DR));
  }

  @Test
  void bit7_isZero_in16450Mode() {
    sendBreak();

    assertEquals(BREAK, port.in(UART_LSR) & ERRORS);
  }

  private void sendBreak() {
    port.out(UART_LCR, UART_LCR_WLEN8 | UART_LCR_SBC);
    port.out(UART_LCR, UART_LCR_WLEN8);
  }
}
