package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_DLL;
import static org.kvm4j.devices.serial.SerialReg.UART_DLM;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_ENABLE_FIFO;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_DLAB;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;

import org.kvm4j.device.Device;
import org.kvm4j.testkit.FakeClock;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MemoryStream;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingLine;

/** COM1 of a mock machine, accessed by register. */
final class SerialPort implements AutoCloseable {

  private static final int COM1 = 0x3f8;
  private static final int COM1_IRQ = 4;

  private final MockMachine machine = MockMachine.with(new SerialProvider());

  int in(int register) {
    return machine.pio().readByte(COM1 + register);
  }

  void out(int register, int value) {
    machine.pio().writeByte(COM1 + register, value);
  }

  /** Writes FCR with the enable bit. */
  void enableFifo(int more) {
    out(UART_FCR, UART_FCR_ENABLE_FIFO | more);
  }

  void setDivisor(int divisor) {
    int lcr = in(UART_LCR);
    out(UART_LCR, lcr | UART_LCR_DLAB);
    out(UART_DLL, divisor & 0xff);
    out(UART_DLM, divisor >> 8);
    out(UART_LCR, lcr);
  }

  /** The cause that IIR reports, or {@code UART_IIR_NO_INT}. */
  int interruptId() {
    return in(UART_IIR) & 0x0f;
  }

  /** Reads RBR as long as LSR says that there is something. */
  String readText() {
    StringBuilder text = new StringBuilder();
    while ((in(UART_LSR) & UART_LSR_DR) != 0) {
      text.append((char) in(UART_RX));
    }
    return text.toString();
  }

  MockMachine machine() {
    return machine;
  }

  Device device() {
    return machine.device();
  }

  MapState save() {
    return MapState.of(device());
  }

  MemoryStream host() {
    return machine.stream();
  }

  RecordingLine line() {
    return machine.line(COM1_IRQ);
  }

  FakeClock clock() {
    return machine.clock();
  }

  @Override
  public void close() {
    machine.close();
  }
}
