package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_LSR_TEMT;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_THRE;

import java.util.function.IntPredicate;

/**
 * THR and the transmitter FIFO (8.4, 8.10).
 *
 * <p>A character takes no time: it leaves at once, or waits here while the other side has no room.
 */
final class Transmitter {

  private final IntPredicate output;
  private Fifo fifo = new Fifo();
  private boolean interruptPending;

  /**
   * A transmitter.
   *
   * @param output takes one character, or answers false if it has no room for it now
   */
  Transmitter(IntPredicate output) {
    this.output = output;
  }

  void reset() {
    fifo.clear(false);
    interruptPending = false;
  }

  /** Empties the FIFO. */
  void clear() {
    discard(fifo.capacity() > 1);
  }

  /** Switches between FIFO and 16450 mode, which empties the FIFO. */
  void setMode(boolean enableFifo) {
    discard(enableFifo);
  }

  /**
   * Puts a character into THR, which clears the interrupt. {@link #flush} sends it.
   *
   * @return false if there was no room: the character is lost
   */
  boolean write(int data) {
    interruptPending = false;
    if (fifo.isFull()) {
      return false;
    }
    fifo.add(data);
    return true;
  }

  /** Sends what the other side takes. */
  void flush() {
    while (!fifo.isEmpty() && output.test(fifo.get(0))) {
      fifo.remove();
      interruptPending = fifo.isEmpty();
    }
  }

  /** The transmitter's part of LSR. */
  int lineStatus() {
    return fifo.isEmpty() ? UART_LSR_THRE | UART_LSR_TEMT : 0;
  }

  boolean isInterruptPending() {
    return interruptPending;
  }

  /** The CPU has read this interrupt from IIR. */
  void acknowledgeInterrupt() {
    interruptPending = false;
  }

  /** THRI has been set in IER: an empty THR interrupts again, whatever was acknowledged before. */
  void interruptEnabled() {
    interruptPending = fifo.isEmpty();
  }

  Fifo fifo() {
    return fifo;
  }

  void restore(UartState state) {
    fifo = state.transmitter();
    interruptPending = state.threPending();
  }

  private void discard(boolean enableFifo) {
    // Only THR becoming empty interrupts, not clearing an empty FIFO.
    interruptPending |= !fifo.isEmpty();
    fifo.clear(enableFifo);
  }
}
