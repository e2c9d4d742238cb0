package org.kvm4j.devices.serial;

/** Register offsets and bits of a 16550, named as in {@code linux/serial_reg.h}. */
final class SerialReg {

  /** How many ports the chip takes. */
  static final int UART_PORTS = 8;

  // Offsets with DLAB clear; several registers share a port, one read and one written.
  static final int UART_RX = 0;
  static final int UART_TX = 0;
  static final int UART_IER = 1;
  static final int UART_IIR = 2;
  static final int UART_FCR = 2;
  static final int UART_LCR = 3;
  static final int UART_MCR = 4;
  static final int UART_LSR = 5;
  static final int UART_MSR = 6;
  static final int UART_SCR = 7;

  // Offsets with DLAB set.
  static final int UART_DLL = 0;
  static final int UART_DLM = 1;

  static final int UART_IER_RDI = 0x01;
  static final int UART_IER_THRI = 0x02;
  static final int UART_IER_RLSI = 0x04;
  static final int UART_IER_MSI = 0x08;

  static final int UART_IIR_NO_INT = 0x01;
  static final int UART_IIR_MSI = 0x00;
  static final int UART_IIR_THRI = 0x02;
  static final int UART_IIR_RDI = 0x04;
  static final int UART_IIR_RLSI = 0x06;
  static final int UART_IIR_RX_TIMEOUT = 0x0c;

  /** Bits 6 and 7 of IIR, which {@code serial_reg.h} leaves without a name: FIFOs are enabled. */
  static final int UART_IIR_FIFO_ENABLED = 0xc0;

  static final int UART_FCR_ENABLE_FIFO = 0x01;
  static final int UART_FCR_CLEAR_RCVR = 0x02;
  static final int UART_FCR_CLEAR_XMIT = 0x04;
  static final int UART_FCR_TRIGGER_MASK = 0xc0;
  static final int UART_FCR_TRIGGER_1 = 0x00;
  static final int UART_FCR_TRIGGER_4 = 0x40;
  static final int UART_FCR_TRIGGER_8 = 0x80;
  static final int UART_FCR_TRIGGER_14 = 0xc0;

  static final int UART_LCR_WLEN_MASK = 0x03;
  static final int UART_LCR_WLEN5 = 0x00;
  static final int UART_LCR_WLEN6 = 0x01;
  static final int UART_LCR_WLEN7 = 0x02;
  static final int UART_LCR_WLEN8 = 0x03;
  static final int UART_LCR_STOP = 0x04;
  static final int UART_LCR_PARITY = 0x08;
  static final int UART_LCR_EPAR = 0x10;
  static final int UART_LCR_SPAR = 0x20;
  static final int UART_LCR_SBC = 0x40;
  static final int UART_LCR_DLAB = 0x80;

  static final int UART_MCR_DTR = 0x01;
  static final int UART_MCR_RTS = 0x02;
  static final int UART_MCR_OUT1 = 0x04;
  static final int UART_MCR_OUT2 = 0x08;
  static final int UART_MCR_LOOP = 0x10;

  static final int UART_LSR_DR = 0x01;
  static final int UART_LSR_OE = 0x02;
  static final int UART_LSR_PE = 0x04;
  static final int UART_LSR_FE = 0x08;
  static final int UART_LSR_BI = 0x10;
  static final int UART_LSR_THRE = 0x20;
  static final int UART_LSR_TEMT = 0x40;
  static final int UART_LSR_FIFOE = 0x80;
  static final int UART_LSR_BRK_ERROR_BITS = UART_LSR_BI | UART_LSR_FE | UART_LSR_PE | UART_LSR_OE;

  static final int UART_MSR_DCTS = 0x01;
  static final int UART_MSR_DDSR = 0x02;
  static final int UART_MSR_TERI = 0x04;
  static final int UART_MSR_DDCD = 0x08;
  static final int UART_MSR_CTS = 0x10;
  static final int UART_MSR_DSR = 0x20;
  static final int UART_MSR_RI = 0x40;
  static final int UART_MSR_DCD = 0x80;
  static final int UART_MSR_ANY_DELTA =
      UART_MSR_DDCD | UART_MSR_TERI | UART_MSR_DDSR | UART_MSR_DCTS;

  private SerialReg() {}
}
