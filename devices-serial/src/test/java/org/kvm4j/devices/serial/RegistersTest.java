package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.kvm4j.devices.serial.SerialReg.UART_DLL;
import static org.kvm4j.devices.serial.SerialReg.UART_DLM;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_ENABLE_FIFO;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_14;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_FIFO_ENABLED;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_DLAB;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_SBC;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_TEMT;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_THRE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_DTR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_LOOP;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_CTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DCD;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DSR;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_SCR;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each register keeps and shows: datasheet, tables I and II. */
class RegistersTest {

  private final SerialPort port = new SerialPort();

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void afterReset_registersHaveTheirDatasheetValues() {
    assertEquals(0x00, port.in(UART_IER));
    assertEquals(UART_IIR_NO_INT, port.in(UART_IIR));
    assertEquals(0x00, port.in(UART_LCR));
    assertEquals(0x00, port.in(UART_MCR));
    assertEquals(UART_LSR_TEMT | UART_LSR_THRE, port.in(UART_LSR));
    assertEquals(UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS, port.in(UART_MSR));
    assertEquals(0x00, port.in(UART_SCR));
    assertFalse(port.line().isHigh());
  }

  @Test
  void reset_undoesWhatTheGuestSet() {
    port.enableFifo(UART_FCR_TRIGGER_14);
    port.setDivisor(1);
    port.out(UART_MCR, UART_MCR_OUT2 | UART_MCR_LOOP);
    port.out(UART_IER, 0x0f);
    port.out(UART_LCR, UART_LCR_WLEN8 | UART_LCR_SBC);
    port.out(UART_SCR, 0x5a);

    port.device().reset();

    afterReset_registersHaveTheirDatasheetValues();
  }

  @Test
  void ier_keepsItsFourBits() {
    port.out(UART_IER, 0xff);
    assertEquals(0x0f, port.in(UART_IER));
    port.out(UART_IER, 0x00);
    assertEquals(0x00, port.in(UART_IER));
  }

  @Test
  void mcr_keepsItsFiveBits() {
    port.out(UART_MCR, 0xff);
    assertEquals(0x1f, port.in(UART_MCR));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0xa5, 0x5a, 0xff})
  void scrAndLcr_keepEveryBit(int value) {
    port.out(UART_SCR, value);
    port.out(UART_LCR, value);

    assertEquals(value, port.in(UART_SCR));
    assertEquals(value, port.in(UART_LCR));
  }

  @Test
  void lsrAndMsr_ignoreWrites() {
    port.out(UART_LSR, 0xff);
    port.out(UART_MSR, 0xff);

    assertEquals(UART_LSR_TEMT | UART_LSR_THRE, port.in(UART_LSR));
    assertEquals(UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS, port.in(UART_MSR));
  }

  @Test
  void divisorLatch_isBehindDlab() {
    port.out(UART_IER, UART_IER_MSI);
    port.out(UART_LCR, UART_LCR_DLAB);
    port.out(UART_DLL, 0x34);
    port.out(UART_DLM, 0x12);

    assertEquals(0x34, port.in(UART_DLL));
    assertEquals(0x12, port.in(UART_DLM));

    port.out(UART_LCR, 0);
    assertEquals(UART_IER_MSI, port.in(UART_IER));
    assertEquals("", port.host().received());
  }

  @Test
  void readingDivisorLatch_leavesReceivedCharacter() {
    port.host().send("x");
    port.out(UART_LCR, UART_LCR_DLAB);
    port.in(UART_DLL);
    port.out(UART_LCR, 0);

    assertEquals('x', port.in(UART_RX));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, UART_LCR_DLAB})
  void fcrAndIir_areReachedWhateverDlab(int lcr) {
    port.out(UART_LCR, lcr);

    port.out(UART_FCR, UART_FCR_ENABLE_FIFO);
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_NO_INT, port.in(UART_IIR));

    port.out(UART_FCR, 0);
    assertEquals(UART_IIR_NO_INT, port.in(UART_IIR));
  }

  @Test
  void wideAccess_reachesConsecutiveRegisters() {
    port.machine().pio().write(0x3f8 + UART_LCR, 2, UART_MCR_DTR << 8 | UART_LCR_WLEN8);

    assertEquals(UART_LCR_WLEN8, port.in(UART_LCR));
    assertEquals(UART_MCR_DTR, port.in(UART_MCR));
    assertEquals(
        UART_MCR_DTR << 8 | UART_LCR_WLEN8, port.machine().pio().read(0x3f8 + UART_LCR, 2));
  }
}
