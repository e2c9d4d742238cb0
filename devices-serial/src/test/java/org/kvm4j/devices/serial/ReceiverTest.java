package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_RCVR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_14;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_4;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_8;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_OE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RBR, its FIFO, the received data interrupt, and a host that sends more than there is room. */
class ReceiverTest {

  private static final String TWENTY = "0123456789abcdefghij";

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
  void character_setsDr_untilRbrIsRead() {
    port.host().send("x");
    assertEquals(UART_LSR_DR, port.in(UART_LSR) & UART_LSR_DR);

    assertEquals('x', port.in(UART_RX));
    assertEquals(0, port.in(UART_LSR) & UART_LSR_DR);
  }

  @Test
  void emptyRbr_readsZero() {
    port.host().send("x");
    port.in(UART_RX);

    assertEquals(0, port.in(UART_RX));
  }

  @Test
  void everyByteValue_arrives() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    port.host().send(all);

    for (int i = 0; i < all.length; i++) {
      assertEquals(UART_LSR_DR, port.in(UART_LSR) & UART_LSR_DR);
      assertEquals(i, port.in(UART_RX));
    }
    assertEquals(0, port.in(UART_LSR) & UART_LSR_DR);
  }

  @Test
  void character_raisesIrq_untilRbrIsRead_whenRdiEnabled() {
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("x");

    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RDI, port.interruptId());
    assertTrue(port.line().isHigh(), "reading IIR does not clear it");

    port.in(UART_RX);
    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_NO_INT, port.interruptId());
  }

  @Test
  void character_raisesIrqLater_whenRdiIsEnabledLater() {
    port.host().send("x");
    assertFalse(port.line().isHigh());

    port.out(UART_IER, UART_IER_RDI);
    assertTrue(port.line().isHigh());
  }

  @Test
  void everyCharacter_givesAnEdge_whenOneIsReadPerInterrupt() {
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("abc");
    for (int left = 3; left > 0; left--) {
      assertEquals(1, port.line().risingEdges());
      port.line().clearEdges();
      port.in(UART_RX);
    }
    assertFalse(port.line().isHigh());
  }

  @Test
  void rbr_takesOneCharacterFromHost() {
    port.host().send(TWENTY);

    assertEquals(19, port.host().unread());
    assertEquals(TWENTY, port.readText());
  }

  @Test
  void fifo_takesSixteenCharactersFromHost_andMoreAsItIsRead() {
    port.enableFifo(0);
    port.host().send(TWENTY);
    assertEquals(4, port.host().unread());

    port.in(UART_RX);
    assertEquals(3, port.host().unread());

    assertEquals(TWENTY.substring(1), port.readText());
    assertEquals(0, port.in(UART_LSR) & UART_LSR_OE, "the host overran the guest");
  }

  @Test
  void fifo_takesMoreFromHost_afterItHadRunDry() {
    port.enableFifo(0);
    port.host().send("a");
    assertEquals("a", port.readText());

    port.host().send("b");
    assertEquals("b", port.readText());
  }

  @ParameterizedTest
  @CsvSource({"0x00, 1", "0x40, 4", "0x80, 8", "0xc0, 14"})
  void fifo_raisesIrq_atTriggerLevel_untilBelow(String fcr, int level) {
    port.enableFifo(Integer.decode(fcr));
    port.out(UART_IER, UART_IER_RDI);

    port.host().send("x".repeat(level - 1));
    assertFalse(port.line().isHigh());

    port.host().send("y");
    assertTrue(port.line().isHigh());
    assertEquals(UART_IIR_RDI, port.interruptId());

    port.in(UART_RX);
    assertFalse(port.line().isHigh());
    assertEquals(level > 1 ? UART_LSR_DR : 0, port.in(UART_LSR) & UART_LSR_DR);
  }

  @Test
  void fifo_givesAnotherEdge_whenHostFillsItUpAgain() {
    port.enableFifo(UART_FCR_TRIGGER_14);
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("x".repeat(16 + 3));
    port.line().clearEdges();

    for (int i = 0; i < 5; i++) {
      port.in(UART_RX); // the host fills the room of three of them
    }
    assertTrue(port.line().isHigh());
    port.in(UART_RX);
    assertFalse(port.line().isHigh());
    port.host().send("x");
    assertTrue(port.line().isHigh());
    assertEquals(1, port.line().risingEdges());
  }

  @Test
  void loweringTheTrigger_raisesIrqForWhatWaits() {
    port.enableFifo(UART_FCR_TRIGGER_8);
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("abcd");

    port.enableFifo(UART_FCR_TRIGGER_4);

    assertTrue(port.line().isHigh());
    assertEquals("abcd", port.readText());
  }

  @Test
  void clearingReceiver_discardsItsCharacters_andLowersIrq() {
    port.enableFifo(0);
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("abc");

    port.enableFifo(UART_FCR_CLEAR_RCVR);

    assertFalse(port.line().isHigh());
    assertEquals("", port.readText());
  }

  @Test
  void clearingReceiver_makesRoomForWhatTheHostHas() {
    port.enableFifo(0);
    port.host().send(TWENTY);

    port.enableFifo(UART_FCR_CLEAR_RCVR);

    assertEquals(TWENTY.substring(16), port.readText());
  }

  @Test
  void changingTheMode_discardsCharacters_bothWays() {
    port.host().send("ab");
    port.enableFifo(0);
    assertEquals("b", port.readText());

    port.host().send("cd");
    port.out(UART_FCR, 0);
    assertEquals("", port.readText());
  }

  @Test
  void clearAndTriggerBits_withoutEnableBit_areIgnored() {
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("x");

    port.out(UART_FCR, UART_FCR_CLEAR_RCVR | UART_FCR_TRIGGER_14);

    assertTrue(port.line().isHigh());
    assertEquals("x", port.readText());
  }

  @Test
  void reset_discardsCharacters_andGoesOnWithTheHost() {
    port.enableFifo(0);
    port.host().send(TWENTY);

    port.device().reset();

    assertEquals(TWENTY.substring(16), port.readText());
    port.host().send("new");
    assertEquals("new", port.readText());
  }

  @Test
  void reset_forgetsTheTriggerLevel() {
    port.enableFifo(UART_FCR_TRIGGER_14);
    port.device().reset();
    port.out(UART_MCR, UART_MCR_OUT2);
    port.out(UART_IER, UART_IER_RDI);

    port.host().send("x");

    assertTrue(port.line().isHigh());
  }
}
