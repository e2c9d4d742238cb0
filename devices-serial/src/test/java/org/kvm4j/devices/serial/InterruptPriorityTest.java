package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_1;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_FIFO_ENABLED;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RX_TIMEOUT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_SBC;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
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

/** IIR as an encoded priority (8.6, table IV), IER, and OUT2 as the gate to the ISA bus. */
class InterruptPriorityTest {

  private static final int ALL = 0x0f;
  private static final long SECOND = 1_000_000_000;

  private final SerialPort port = new SerialPort();

  /** Makes all five causes pending, as loop-back can. */
  @BeforeEach
  void makeEverythingPending() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.enableFifo(UART_FCR_TRIGGER_1);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
    port.out(UART_TX, 'a');
    port.out(UART_LCR, UART_LCR_WLEN8 | UART_LCR_SBC);
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.in(UART_RX); // 'a': the break is next
    port.clock().advance(SECOND);
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void iir_reportsOneCauseAtATime_highestFirst() {
    port.out(UART_IER, ALL);
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_RLSI, port.in(UART_IIR));

    port.in(UART_LSR);
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_RX_TIMEOUT, port.in(UART_IIR));

    port.out(UART_TX, 'b');
    port.in(UART_RX);
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_RDI, port.in(UART_IIR));

    port.in(UART_RX);
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_THRI, port.in(UART_IIR));

    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_MSI, port.in(UART_IIR));
    assertTrue(port.line().isHigh());

    port.in(UART_MSR);
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_NO_INT, port.in(UART_IIR));
    assertFalse(port.line().isHigh());
  }

  @ParameterizedTest(name = "ier {0}: iir {1}")
  @CsvSource({"0x00, 0x1", "0x01, 0xc", "0x02, 0x2", "0x04, 0x6", "0x08, 0x0", "0x0a, 0x2"})
  void ier_choosesAmongTheCauses(String ier, String iir) {
    port.out(UART_IER, Integer.decode(ier));

    assertEquals(Integer.decode(ier) != 0, port.line().isHigh());
    assertEquals(Integer.decode(iir), port.interruptId());
  }

  @Test
  void maskingIer_lowersTheLine_andUnmaskingRaisesItAgain() {
    port.out(UART_IER, ALL);
    port.line().clearEdges();

    port.out(UART_IER, 0);
    assertFalse(port.line().isHigh());

    port.out(UART_IER, ALL);
    assertTrue(port.line().isHigh());
    assertEquals(1, port.line().risingEdges());
  }

  @Test
  void out2_gatesTheLine_butNotIir() {
    port.out(UART_IER, ALL);
    port.out(UART_MCR, UART_MCR_LOOP);

    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_RLSI, port.interruptId());

    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
    assertTrue(port.line().isHigh());
  }

  @Test
  void out2_gatesTheLine_outsideLoopbackToo() {
    port.out(UART_IER, ALL);
    port.out(UART_MCR, 0);
    assertFalse(port.line().isHigh());

    port.out(UART_MCR, UART_MCR_OUT2);
    assertTrue(port.line().isHigh());
  }

  @Test
  void reset_lowersTheLine() {
    port.out(UART_IER, ALL);
    assertTrue(port.line().isHigh());

    port.device().reset();

    assertFalse(port.line().isHigh());
    assertEquals(UART_IIR_NO_INT, port.in(UART_IIR));
  }
}
