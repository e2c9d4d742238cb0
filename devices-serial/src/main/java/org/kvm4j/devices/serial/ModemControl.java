package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_MCR_DTR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_LOOP;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT1;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_RTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_CTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DCD;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DCTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DDCD;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DDSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_RI;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_TERI;

/**
 * MCR and MSR (8.7, 8.8).
 *
 * <p>The other end of the line is there as long as the VM is: CTS, DSR and DCD are asserted, and RI
 * never is. So the inputs change only when loop-back replaces them by the bits of MCR.
 */
final class ModemControl {

  /** The bits of MCR that exist. */
  static final int MCR_BITS =
      UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT1 | UART_MCR_OUT2 | UART_MCR_LOOP;

  private static final int HOST_LINES = UART_MSR_CTS | UART_MSR_DSR | UART_MSR_DCD;

  private int mcr;
  private int deltas;

  void reset() {
    set(0, 0);
  }

  void set(int mcr, int deltas) {
    this.mcr = mcr;
    this.deltas = deltas;
  }

  int mcr() {
    return mcr;
  }

  void writeMcr(int value) {
    int before = lines();
    mcr = value & MCR_BITS;
    int after = lines();
    int changed = before ^ after;
    deltas |=
        ifSet(changed, UART_MSR_CTS, UART_MSR_DCTS)
            | ifSet(changed, UART_MSR_DSR, UART_MSR_DDSR)
            | ifSet(changed, UART_MSR_DCD, UART_MSR_DDCD)
            // only the end of a ring counts
            | ifSet(before & ~after, UART_MSR_RI, UART_MSR_TERI);
  }

  int msr() {
    return lines() | deltas;
  }

  /** The CPU has read MSR. */
  void acknowledgeDeltas() {
    deltas = 0;
  }

  int deltas() {
    return deltas;
  }

  boolean isLoopback() {
    return (mcr & UART_MCR_LOOP) != 0;
  }

  /**
   * Whether the interrupt reaches the ISA bus. Loop-back leaves this gate alone, as the Super I/O
   * chips do, so that interrupts can be tested in it.
   */
  boolean isInterruptGateOpen() {
    return (mcr & UART_MCR_OUT2) != 0;
  }

  private int lines() {
    if (!isLoopback()) {
      return HOST_LINES;
    }
    return ifSet(mcr, UART_MCR_RTS, UART_MSR_CTS)
        | ifSet(mcr, UART_MCR_DTR, UART_MSR_DSR)
        | ifSet(mcr, UART_MCR_OUT1, UART_MSR_RI)
        | ifSet(mcr, UART_MCR_OUT2, UART_MSR_DCD);
  }

  private static int ifSet(int bits, int mask, int result) {
    return (bits & mask) != 0 ? result : 0;
  }
}
