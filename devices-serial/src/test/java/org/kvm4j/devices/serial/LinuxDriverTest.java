package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_DLL;
import static org.kvm4j.devices.serial.SerialReg.UART_DLM;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_RCVR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_XMIT;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_ENABLE_FIFO;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_8;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_DLAB;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_OE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_TEMT;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_THRE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_DTR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_LOOP;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT1;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_RTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_SCR;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The accesses that Linux's 8250 driver makes, and what it concludes from the answers. */
class LinuxDriverTest {

  /** LCR values that open other register banks on other chips. */
  private static final int UART_LCR_CONF_MODE_B = 0xbf;

  private static final int LCR_NATSEMI_BANK_2 = 0xe0;

  /** FCR bit 5, which is for the 64-byte FIFO of a TI16750. */
  private static final int UART_FCR7_64BYTE = 0x20;

  private static final int UART_IER_UUE = 0x40;

  private final SerialPort port = new SerialPort();

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void existenceTest_findsPort() {
    port.out(UART_IER, 0);
    assertEquals(0, port.in(UART_IER) & 0x0f);
    port.out(UART_IER, 0x0f);
    assertEquals(0x0f, port.in(UART_IER) & 0x0f);
  }

  @Test
  void loopTest_findsRtsAndOut2() {
    port.out(UART_MCR, UART_MCR_LOOP | 0x0a);

    assertEquals(0x90, port.in(UART_MSR) & 0xf0);
  }

  @Test
  void fifoTest_finds16550A() {
    port.out(UART_LCR, UART_LCR_CONF_MODE_B);
    port.out(UART_FCR, 0); // EFR on the chips that have it
    port.out(UART_LCR, 0);
    port.out(UART_FCR, UART_FCR_ENABLE_FIFO);

    assertEquals(3, port.in(UART_IIR) >> 6);
  }

  @Test
  void scratchTest_finds16450OrLater() {
    port.out(UART_SCR, 0xa5);
    assertEquals(0xa5, port.in(UART_SCR));
    port.out(UART_SCR, 0x5a);
    assertEquals(0x5a, port.in(UART_SCR));
  }

  @Test
  void variantTests_findNoEfr() {
    port.out(UART_FCR, UART_FCR_ENABLE_FIFO);
    for (int lcr : new int[] {UART_LCR_DLAB, UART_LCR_CONF_MODE_B}) {
      port.out(UART_LCR, lcr);
      assertNotEquals(0, port.in(UART_IIR), "an EFR would be 0");
    }
  }

  @Test
  void variantTests_findNoSuperIoBanks() {
    port.out(UART_FCR, UART_FCR_ENABLE_FIFO);
    port.out(UART_LCR, 0);
    port.out(UART_MCR, UART_MCR_LOOP);
    port.out(UART_LCR, LCR_NATSEMI_BANK_2);

    assertEquals(0, port.in(UART_IIR) & UART_MCR_LOOP, "EXCR1 would follow MCR");
  }

  @Test
  void variantTests_findNo64ByteFifo() {
    for (int lcr : new int[] {0, UART_LCR_DLAB}) {
      port.out(UART_LCR, lcr);
      port.out(UART_FCR, UART_FCR_ENABLE_FIFO | UART_FCR7_64BYTE);
      assertEquals(6, port.in(UART_IIR) >> 5);
    }
  }

  @Test
  void variantTests_findNoXscale() {
    port.out(UART_IER, UART_IER_UUE);

    assertEquals(0, port.in(UART_IER));
  }

  @Test
  void divisorId_isWhatWasWritten() {
    port.setDivisor(0);
    port.out(UART_LCR, UART_LCR_DLAB);

    assertEquals(0, port.in(UART_DLL));
    assertEquals(0, port.in(UART_DLM));
  }

  @Test
  void fifoSizeTest_countsSixteen() {
    port.enableFifo(UART_FCR_CLEAR_RCVR | UART_FCR_CLEAR_XMIT);
    port.out(UART_MCR, UART_MCR_LOOP);
    port.setDivisor(1);
    port.out(UART_LCR, UART_LCR_WLEN8);
    for (int i = 0; i < 256; i++) {
      port.out(UART_TX, i);
    }
    port.clock().advance(20_000_000);

    assertEquals(16, port.readText().length());
  }

  @Test
  void startup_readsLsrOfAPresentPort() {
    clearFifosAndInterrupts();

    assertNotEquals(0xff, port.in(UART_LSR));
    assertEquals(UART_IIR_NO_INT, port.in(UART_IIR));
  }

  @Test
  void startup_findsThreReassertedWheneverThriIsSet() {
    clearFifosAndInterrupts();
    for (int i = 0; i < 2; i++) {
      assertEquals(UART_LSR_THRE, port.in(UART_LSR) & UART_LSR_THRE);
      port.out(UART_IER, UART_IER_THRI);
      assertEquals(0, port.in(UART_IIR) & UART_IIR_NO_INT, "UART_BUG_THRE in round " + i);
      port.out(UART_IER, 0);
    }
  }

  @Test
  void startup_findsInterruptWhenTransmitterIsEmpty() {
    clearFifosAndInterrupts();
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.out(UART_MCR, UART_MCR_OUT2 | UART_MCR_RTS | UART_MCR_DTR);
    port.out(UART_IER, UART_IER_THRI);
    int lsr = port.in(UART_LSR);
    int iir = port.in(UART_IIR);
    port.out(UART_IER, 0);

    assertEquals(UART_LSR_TEMT, lsr & UART_LSR_TEMT);
    assertEquals(0, iir & UART_IIR_NO_INT, "UART_BUG_TXEN");
  }

  @Test
  void irqProbe_seesAnEdge() {
    port.out(UART_MCR, UART_MCR_OUT1 | UART_MCR_OUT2);
    port.out(UART_MCR, 0);
    port.out(UART_MCR, UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT2);
    port.out(UART_IER, 0x0f);
    port.in(UART_LSR);
    port.in(UART_RX);
    port.in(UART_IIR);
    port.in(UART_MSR);
    assertFalse(port.line().isHigh());
    port.line().clearEdges();

    port.out(UART_TX, 0xff);

    assertEquals(1, port.line().risingEdges());
  }

  @Test
  void consoleOutput_worksWithInterruptsMaskedAroundEachMessage() {
    openTty();
    for (String message : new String[] {"Linux version 6.1\r\n", "Command line: \r\n"}) {
      int ier = port.in(UART_IER);
      port.out(UART_IER, 0);
      for (int i = 0; i < message.length(); i++) {
        assertTransmitterEmpty();
        port.out(UART_TX, message.charAt(i));
        assertFalse(port.line().isHigh());
      }
      assertTransmitterEmpty();
      port.out(UART_IER, ier);
    }

    assertEquals("Linux version 6.1\r\nCommand line: \r\n", port.host().received());
    assertFalse(port.line().isHigh());
  }

  @Test
  void consoleOutput_losesNoInputInterrupt() {
    openTty();
    port.out(UART_IER, 0);
    port.host().send("12345678");
    port.out(UART_TX, 'x');
    assertFalse(port.line().isHigh());

    port.out(UART_IER, UART_IER_RLSI | UART_IER_RDI);

    assertTrue(port.line().isHigh());
    assertEquals("12345678", serveInterrupt(""));
  }

  @Test
  void tty_sendsSixteenCharactersPerInterrupt_untilItHasNoMore() {
    openTty();
    String text = "a line that is longer than two FIFOs hold\r\n";

    port.out(UART_IER, UART_IER_RLSI | UART_IER_RDI | UART_IER_THRI);
    assertTrue(port.line().isHigh());
    serveInterrupt(text);

    assertEquals(text, port.host().received());
    assertFalse(port.line().isHigh());
  }

  @Test
  void tty_receivesWhatIsTyped_throughTheTimeout() {
    openTty();
    port.host().send("ls\r");
    assertFalse(port.line().isHigh());

    port.clock().advance(1_000_000);

    assertTrue(port.line().isHigh());
    assertEquals("ls\r", serveInterrupt(""));
    assertFalse(port.line().isHigh());
  }

  @Test
  void tty_receivesLongPaste_withoutOverrun() {
    openTty();
    String paste = "0123456789abcdef".repeat(20);
    port.host().send(paste);
    StringBuilder received = new StringBuilder();
    for (int i = 0; i < 100 && received.length() < paste.length(); i++) {
      port.clock().advance(1_000_000);
      assertTrue(port.line().isHigh());
      received.append(serveInterrupt(""));
    }

    assertEquals(paste, received.toString());
    assertEquals(0, port.in(UART_LSR) & UART_LSR_OE);
  }

  /** Serves all causes that IIR names as the driver does; returns what was received. */
  private String serveInterrupt(String toSend) {
    StringBuilder received = new StringBuilder();
    int sent = 0;
    for (int pass = 0; (port.in(UART_IIR) & UART_IIR_NO_INT) == 0; pass++) {
      assertTrue(pass < 512, "too much work for irq4");
      int lsr = port.in(UART_LSR);
      if ((lsr & UART_LSR_DR) != 0) {
        for (int i = 0; i < 256 && (lsr & UART_LSR_DR) != 0; i++) {
          received.append((char) port.in(UART_RX));
          lsr = port.in(UART_LSR);
        }
      }
      port.in(UART_MSR);
      boolean thri = (port.in(UART_IER) & UART_IER_THRI) != 0;
      if (thri && (lsr & UART_LSR_THRE) != 0) {
        for (int i = 0; i < 16 && sent < toSend.length(); i++) {
          port.out(UART_TX, toSend.charAt(sent++));
        }
        if (sent == toSend.length()) {
          port.out(UART_IER, UART_IER_RLSI | UART_IER_RDI);
        }
      }
    }
    return received.toString();
  }

  private void openTty() {
    clearFifosAndInterrupts();
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.setDivisor(1);
    port.enableFifo(UART_FCR_TRIGGER_8);
    port.out(UART_MCR, UART_MCR_OUT2 | UART_MCR_RTS | UART_MCR_DTR);
    port.out(UART_IER, UART_IER_RLSI | UART_IER_RDI);
    assertFalse(port.line().isHigh());
  }

  private void clearFifosAndInterrupts() {
    port.enableFifo(0);
    port.enableFifo(UART_FCR_CLEAR_RCVR | UART_FCR_CLEAR_XMIT);
    port.out(UART_FCR, 0);
    port.in(UART_LSR);
    port.in(UART_RX);
    port.in(UART_IIR);
    port.in(UART_MSR);
  }

  private void assertTransmitterEmpty() {
    int empty = UART_LSR_TEMT | UART_LSR_THRE;
    assertEquals(empty, port.in(UART_LSR) & empty);
  }
}
