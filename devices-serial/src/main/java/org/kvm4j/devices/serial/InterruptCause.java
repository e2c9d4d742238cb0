package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_IER_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RX_TIMEOUT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_THRI;

/** The interrupts, highest priority first (8.6, table IV). IIR names one at a time. */
enum InterruptCause {
  RECEIVER_LINE_STATUS(UART_IIR_RLSI, UART_IER_RLSI),

  /** Of the same priority as received data, with one bit more in IIR: so it is looked for first. */
  CHARACTER_TIMEOUT(UART_IIR_RX_TIMEOUT, UART_IER_RDI),

  RECEIVED_DATA(UART_IIR_RDI, UART_IER_RDI),

  TRANSMITTER_EMPTY(UART_IIR_THRI, UART_IER_THRI),

  MODEM_STATUS(UART_IIR_MSI, UART_IER_MSI);

  private final int id;
  private final int enable;

  InterruptCause(int id, int enable) {
    this.id = id;
    this.enable = enable;
  }

  /** The code in bits 0 to 3 of IIR. */
  int id() {
    return id;
  }

  boolean isEnabled(int ier) {
    return (ier & enable) != 0;
  }
}
