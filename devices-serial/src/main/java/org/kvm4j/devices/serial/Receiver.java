package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_FCR_ENABLE_FIFO;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_14;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_4;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_8;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_MASK;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_FIFOE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_OE;

/**
 * RBR and the receiver FIFO with the errors of each character (8.4, 8.10).
 *
 * <p>The errors of a character wait in the FIFO beside it. They move to LSR when the character
 * becomes the next to be read, and stay there until LSR is read.
 */
final class Receiver {

  /** Where a FIFO entry has the errors of its character. */
  static final int ERROR_SHIFT = 8;

  private final LineControl format;
  private final CharacterTimeout timeout;
  private Fifo fifo = new Fifo();
  private boolean fifoMode;
  private int triggerLevel = 1;
  private int errors;

  Receiver(LineControl format, CharacterTimeout timeout) {
    this.format = format;
    this.timeout = timeout;
  }

  void reset() {
    setMode(false);
    setTrigger(0);
    errors = 0;
  }

  /** Empties the FIFO; LSR keeps its errors until it is read. */
  void clear() {
    setMode(fifoMode);
  }

  /** Switches between FIFO and 16450 mode, which empties the FIFO. */
  void setMode(boolean enableFifo) {
    fifoMode = enableFifo;
    fifo.clear(enableFifo);
    timeout.stop();
  }

  /** Takes bits 6 and 7 of FCR; in 16450 mode they are 0, which is one character. */
  void setTrigger(int fcr) {
    triggerLevel =
        switch (fcr & UART_FCR_TRIGGER_MASK) {
          case UART_FCR_TRIGGER_4 -> 4;
          case UART_FCR_TRIGGER_8 -> 8;
          case UART_FCR_TRIGGER_14 -> 14;
          default -> 1;
        };
  }

  boolean hasRoom() {
    return !fifo.isFull();
  }

  /**
   * Takes a character from the line.
   *
   * @param data 0 to 255
   * @param characterErrors its BI, FE and PE
   */
  void receive(int data, int characterErrors) {
    if (!fifo.isFull()) {
      fifo.add(data | (characterErrors << ERROR_SHIFT));
    } else {
      errors |= UART_LSR_OE;
      if (!fifoMode) {
        // The new character destroys the one in RBR; in FIFO mode it is itself lost.
        fifo.set(0, data | (characterErrors << ERROR_SHIFT));
      }
    }
    revealErrors();
    if (!timeout.isExpired()) {
      restartTimeout(); // once pending, only reading RBR clears it
    }
  }

  /** What reading RBR gives; 0 if there is nothing. */
  int read() {
    if (fifo.isEmpty()) {
      return 0;
    }
    int data = fifo.remove() & 0xff;
    revealErrors();
    restartTimeout();
    return data;
  }

  /** The receiver's part of LSR. */
  int lineStatus() {
    return (fifo.isEmpty() ? 0 : UART_LSR_DR) | errors | (hasErrorInFifo() ? UART_LSR_FIFOE : 0);
  }

  /** The CPU has read LSR. */
  void acknowledgeErrors() {
    errors = 0;
  }

  boolean isTimedOut() {
    return timeout.isExpired();
  }

  /** RBR is full, or the FIFO has reached its trigger level. */
  boolean isDataAvailable() {
    return fifo.size() >= triggerLevel;
  }

  Fifo fifo() {
    return fifo;
  }

  /** BI, FE, PE and OE as LSR shows them. */
  int errors() {
    return errors;
  }

  long timeoutNanos() {
    return timeout.remainingNanos();
  }

  void restore(UartState state) {
    setMode((state.fcr() & UART_FCR_ENABLE_FIFO) != 0);
    setTrigger(state.fcr());
    fifo = state.receiver();
    errors = state.lsrErrors();
    timeout.set(state.timedOut(), state.timeoutNanos());
  }

  /** Moves the errors of the next character to LSR. */
  private void revealErrors() {
    if (!fifo.isEmpty()) {
      errors |= fifo.get(0) >> ERROR_SHIFT;
      fifo.set(0, fifo.get(0) & 0xff);
    }
  }

  /** Bit 7 of LSR: in FIFO mode, any character with an error, also one that LSR shows already. */
  private boolean hasErrorInFifo() {
    boolean found = (errors & UartState.CHARACTER_ERRORS) != 0;
    for (int i = 1; i < fifo.size() && !found; i++) {
      found = fifo.get(i) >> ERROR_SHIFT != 0;
    }
    return found && fifoMode;
  }

  private void restartTimeout() {
    if (fifoMode && !fifo.isEmpty()) {
      timeout.restart(format.characterNanos());
    } else {
      timeout.stop();
    }
  }
}
