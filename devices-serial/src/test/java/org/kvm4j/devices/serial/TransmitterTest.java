package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_XMIT;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN5;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_TEMT;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_THRE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** THR, its FIFO, the THRE interrupt, and a host that has no room. */
class TransmitterTest {

  private static final int LSR_EMPTY = UART_LSR_TEMT | UART_LSR_THRE;

  private final SerialPort port = new SerialPort();

  @BeforeEach
  void openInterruptGate() {
    port.out(UART_MCR, UART_MCR_OUT2);
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void writingThr_sendsToHostAtOnce() {
    port.out(UART_TX, 'h');
    port.out(UART_TX, 'i');

    assertEquals("hi", port.host().received());
    assertEquals(LSR_EMPTY, port.in(UART_LSR));
  }

  @ParameterizedTest
  @ValueSource(ints = {UART_LCR_WLEN5, UART_LCR_WLEN8})
  void host_getsAllEightBits_whateverTheWordLength(int lcr) {
    port.out(UART_LCR, lcr);
    port.out(UART_TX, 0xff);

    assertEquals("\u00ff", port.host().received());
  }

  @Test
  void writingThr_raisesIrq_whenThreEnabled() {
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);
    assertFalse(port.line().isHigh());

    port.out(UART_TX, 'x');

    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_THRI, port.interruptId());
  }

  @Test
  void writingThr_raisesNothing_whenThreDisabled() {
    port.out(UART_TX, 'x');

    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_NO_INT, port.interruptId());
  }

  @Test
  void enablingThri_raisesIrq_eachTimeItIsSetWhileThrIsEmpty() {
    for (int i = 0; i < 2; i++) {
      port.out(UART_IER, UART_IER_THRI);
      assertTrue(port.line().isHigh());
      assertEquals(UART_IIR_THRI, port.interruptId());

      port.out(UART_IER, 0);
      assertFalse(port.line().isHigh());
    }
  }

  @Test
  void writingIerWithThriSetAlready_doesNotRaiseAgain() {
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);

    port.out(UART_IER, UART_IER_THRI | UART_IER_RDI);

    assertFalse(port.line().isHigh());
  }

  @Test
  void readingIir_clearsThre_whenItIsReported() {
    port.out(UART_IER, UART_IER_THRI);

    assertEquals(UART_IIR_THRI, port.interruptId());
    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_NO_INT, port.interruptId());
  }

  @Test
  void readingIir_keepsThre_whenAnotherCauseIsReported() {
    port.out(UART_IER, UART_IER_THRI | UART_IER_RDI);
    port.host().send("x");

    assertEquals(UART_IIR_RDI, port.interruptId());
    port.in(UART_RX);

    assertEquals(UART_IIR_THRI, port.interruptId());
  }

  @Test
  void everyCharacter_givesAnEdge_evenIfIirIsNeverRead() {
    port.out(UART_IER, UART_IER_THRI);
    port.line().clearEdges();

    port.out(UART_TX, 'a');
    port.out(UART_TX, 'b');

    assertEquals(2, port.line().risingEdges());
    assertTrue(port.line().isHigh());
  }

  @Test
  void refusedCharacter_staysInThr_untilHostHasRoom() {
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);
    port.host().setRoom(0);

    port.out(UART_TX, 'x');
    assertEquals(0, port.in(UART_LSR));
    assertFalse(port.line().isHigh());

    port.host().setRoom(1);
    assertEquals("x", port.host().received());
    assertEquals(LSR_EMPTY, port.in(UART_LSR));
    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_THRI, port.interruptId());
  }

  @Test
  void enablingThri_raisesNothing_whileCharacterWaits() {
    port.host().setRoom(0);
    port.out(UART_TX, 'x');

    port.out(UART_IER, UART_IER_THRI);

    assertEquals(UART_IIR_NO_INT, port.interruptId());
  }

  @Test
  void fifo_holdsSixteenCharacters_whileHostHasNoRoom() {
    port.enableFifo(0);
    port.host().setRoom(0);

    writeText("0123456789abcdef");
    assertEquals("", port.host().received());

    port.host().setRoom(100);
    assertEquals("0123456789abcdef", port.host().received());
    assertEquals(List.of(), port.machine().log().messages());
  }

  @Test
  void thre_isReported_onlyWhenTheWholeFifoHasGone() {
    port.enableFifo(0);
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);
    port.host().setRoom(0);
    writeText("abc");

    port.host().setRoom(2);
    assertEquals("ab", port.host().received());
    assertEquals(0, port.in(UART_LSR));
    assertFalse(port.line().isHigh());

    port.host().drain();
    assertEquals("c", port.host().received());
    assertEquals(LSR_EMPTY, port.in(UART_LSR));
    assertTrue(port.line().isHigh());
  }

  @Test
  void order_isKept_whenHostComesAndGoes() {
    port.enableFifo(0);
    StringBuilder received = new StringBuilder();
    port.host().setRoom(3);
    for (char c = 'a'; c <= 'z'; c++) {
      port.out(UART_TX, c);
      if (c % 5 == 0) {
        received.append(port.host().drain());
      }
    }
    while (port.in(UART_LSR) != LSR_EMPTY) {
      received.append(port.host().drain());
    }
    received.append(port.host().drain());

    assertEquals("abcdefghijklmnopqrstuvwxyz", received.toString());
  }

  @Test
  void writingFullFifo_losesTheNewCharacters_andSaysSoOnce() {
    port.enableFifo(0);
    port.host().setRoom(0);
    writeText("0123456789abcdef");

    writeText("ghi");
    port.host().setRoom(100);

    assertEquals("0123456789abcdef", port.host().received());
    assertEquals(1, port.machine().log().messages().size());
    assertTrue(port.machine().log().messages().get(0).startsWith("WARNING: Output of serial"));
  }

  @Test
  void writingFullThr_losesTheNewCharacter() {
    port.host().setRoom(0);
    writeText("ab");
    port.host().setRoom(100);

    assertEquals("a", port.host().received());
  }

  @Test
  void clearingTransmitter_discardsWhatWaits_andRaisesThre() {
    port.enableFifo(0);
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);
    port.host().setRoom(0);
    writeText("abc");

    port.enableFifo(UART_FCR_CLEAR_XMIT);

    assertEquals(LSR_EMPTY, port.in(UART_LSR));
    assertTrue(port.line().isHigh());
    port.host().setRoom(100);
    assertEquals("", port.host().received());
  }

  @Test
  void clearingEmptyTransmitter_raisesNothing() {
    port.enableFifo(0);
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);

    port.enableFifo(UART_FCR_CLEAR_XMIT);

    assertFalse(port.line().isHigh());
  }

  @Test
  void clearingTransmitter_keepsTheReceiver() {
    port.enableFifo(0);
    port.host().send("x");

    port.enableFifo(UART_FCR_CLEAR_XMIT);

    assertEquals("x", port.readText());
  }

  @Test
  void disablingFifos_discardsWhatWaits() {
    port.enableFifo(0);
    port.host().setRoom(0);
    writeText("abc");

    port.out(UART_FCR, 0);
    port.host().setRoom(100);

    assertEquals(LSR_EMPTY, port.in(UART_LSR));
    assertEquals("", port.host().received());
  }

  @Test
  void clearBit_withoutEnableBit_isIgnored() {
    port.host().setRoom(0);
    port.out(UART_TX, 'x');

    port.out(UART_FCR, UART_FCR_CLEAR_XMIT);
    port.host().setRoom(100);

    assertEquals("x", port.host().received());
  }

  @Test
  void reset_discardsWhatWaits() {
    port.out(UART_IER, UART_IER_THRI);
    port.host().setRoom(0);
    port.out(UART_TX, 'x');

    port.device().reset();
    port.host().setRoom(100);

    assertEquals("", port.host().received());
    assertFalse(port.line().isHigh());
  }

  private void writeText(String text) {
    text.chars().forEach(c -> port.out(UART_TX, c));
  }
}
