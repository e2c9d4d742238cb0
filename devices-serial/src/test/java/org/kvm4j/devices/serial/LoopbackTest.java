package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_TEMT;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_THRE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_DTR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_LOOP;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT1;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_RTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_ANY_DELTA;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_CTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DCD;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DCTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DDSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_RI;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_TERI;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MCR, MSR and the diagnostic mode (8.7, 8.8). */
class LoopbackTest {

  private static final int LINES = UART_MSR_DCD | UART_MSR_RI | UART_MSR_DSR | UART_MSR_CTS;

  private final SerialPort port = new SerialPort();

  @AfterEach
  void close() {
    port.close();
  }

  @ParameterizedTest
  @CsvSource({"0x00, 0x00", "0x01, 0x20", "0x02, 0x10", "0x04, 0x40", "0x08, 0x80", "0x0f, 0xf0"})
  void loopback_connectsModemOutputsToInputs(String outputs, String inputs) {
    port.out(UART_MCR, UART_MCR_LOOP | Integer.decode(outputs));

    assertEquals(Integer.decode(inputs), port.in(UART_MSR) & LINES);
  }

  @Test
  void leavingLoopback_bringsTheHostsLinesBack() {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.out(UART_MCR, 0);

    assertEquals(UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS, port.in(UART_MSR) & LINES);
  }

  @ParameterizedTest
  @CsvSource({"0x01, 0x02", "0x02, 0x01", "0x08, 0x08"})
  void delta_isSetByEitherChange_andClearedByReadingMsr(String output, String delta) {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.in(UART_MSR);

    port.out(UART_MCR, UART_MCR_LOOP | Integer.decode(output));
    assertEquals(Integer.decode(delta), port.in(UART_MSR) & UART_MSR_ANY_DELTA);
    assertEquals(0, port.in(UART_MSR) & UART_MSR_ANY_DELTA);

    port.out(UART_MCR, UART_MCR_LOOP);
    assertEquals(Integer.decode(delta), port.in(UART_MSR) & UART_MSR_ANY_DELTA);
  }

  @Test
  void teri_isSetByTheEndOfRingAlone() {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.in(UART_MSR);

    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT1);
    assertEquals(0, port.in(UART_MSR) & UART_MSR_ANY_DELTA);

    port.out(UART_MCR, UART_MCR_LOOP);
    assertEquals(UART_MSR_TERI, port.in(UART_MSR) & UART_MSR_ANY_DELTA);
  }

  @Test
  void delta_staysSet_whenTheLineChangesBack() {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.in(UART_MSR);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_RTS);
    port.out(UART_MCR, UART_MCR_LOOP);

    assertEquals(UART_MSR_DCTS, port.in(UART_MSR));
  }

  @Test
  void deltas_addUp_untilMsrIsRead() {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.in(UART_MSR);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_RTS);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_RTS | UART_MCR_DTR);

    assertEquals(UART_MSR_DCTS | UART_MSR_DDSR, port.in(UART_MSR) & UART_MSR_ANY_DELTA);
  }

  @Test
  void outputsOutsideLoopback_changeNoInput() {
    port.out(UART_MCR, UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT1 | UART_MCR_OUT2);

    assertEquals(UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS, port.in(UART_MSR));
  }

  @Test
  void delta_raisesIrq_untilMsrIsRead_whenMsiEnabled() {
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
    port.in(UART_MSR);
    port.out(UART_IER, UART_IER_MSI);
    assertFalse(port.line().isHigh());

    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2 | UART_MCR_RTS);
    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_MSI, port.interruptId());
    assertTrue(port.line().isHigh(), "reading IIR does not clear it");

    port.in(UART_MSR);
    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_NO_INT, port.interruptId());
  }

  @Test
  void loopback_receivesWhatIsSent_andTheHostDoesNot() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.out(UART_MCR, UART_MCR_LOOP);

    port.out(UART_TX, 0xae);

    assertEquals(UART_LSR_DR | UART_LSR_THRE | UART_LSR_TEMT, port.in(UART_LSR));
    assertEquals(0xae, port.in(UART_RX));
    assertEquals("", port.host().received());
  }

  @ParameterizedTest
  @CsvSource({"0, 0x1f", "1, 0x3f", "2, 0x7f", "3, 0xff"})
  void loopback_cutsCharactersToTheWordLength(int lcr, String expected) {
    port.out(UART_LCR, lcr);
    port.out(UART_MCR, UART_MCR_LOOP);

    port.out(UART_TX, 0xff);

    assertEquals(Integer.decode(expected), port.in(UART_RX));
  }

  @Test
  void loopback_raisesDataAndTransmitterInterrupts() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
    port.out(UART_IER, UART_IER_RDI | UART_IER_THRI);
    port.in(UART_IIR);

    port.out(UART_TX, 'x');

    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RDI, port.interruptId());
    port.in(UART_RX);
    assertEquals(UART_IIR_THRI, port.interruptId());
    assertFalse(port.line().isHigh());
  }

  @Test
  void hostInput_waits_whileInLoopback() {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.host().send("x");
    assertEquals("", port.readText());

    port.out(UART_MCR, 0);
    assertEquals("x", port.readText());
  }

  @Test
  void enteringLoopback_turnsWaitingOutputRound() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.host().setRoom(0);
    port.out(UART_TX, 'x');

    port.out(UART_MCR, UART_MCR_LOOP);

    assertEquals("x", port.readText());
    port.host().setRoom(100);
    assertEquals("", port.host().received());
  }
}
