package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_FCR_ENABLE_FIFO;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_MASK;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_BI;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_BRK_ERROR_BITS;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_FE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_PE;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_ANY_DELTA;

import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/**
 * What is saved of a UART: its keys, and the checks of a state that is read back.
 *
 * @param fcr the FIFO enable and trigger bits; 0 in 16450 mode
 * @param lsrErrors BI, FE, PE and OE as LSR shows them now
 * @param receiver RBR or the receiver FIFO; errors of characters from {@link Receiver#ERROR_SHIFT}
 *     up
 * @param transmitter THR or the transmitter FIFO
 * @param threPending the THRE interrupt, whether enabled or not
 * @param timedOut the character time-out, whether enabled or not
 * @param timeoutNanos VM time until the time-out, or {@link CharacterTimeout#STOPPED}
 */
record UartState(
    int ier,
    int fcr,
    int lcr,
    int divisor,
    int mcr,
    int msrDeltas,
    int scr,
    int lsrErrors,
    Fifo receiver,
    Fifo transmitter,
    boolean threPending,
    boolean timedOut,
    long timeoutNanos) {

  /** The errors that belong to one character. */
  static final int CHARACTER_ERRORS = UART_LSR_BI | UART_LSR_FE | UART_LSR_PE;

  private static final long MAX_TIMEOUT_NANOS =
      CharacterTimeout.CHARACTERS * LineControl.MAX_CHARACTER_NANOS;

  void write(StateWriter out) {
    out.put("ier", ier)
        .put("fcr", fcr)
        .put("lcr", lcr)
        .put("divisor", divisor)
        .put("mcr", mcr)
        .put("msrDeltas", msrDeltas)
        .put("scr", scr)
        .put("lsrErrors", lsrErrors)
        .put("rxData", receiver.bytes(0))
        .put("rxErrors", receiver.bytes(Receiver.ERROR_SHIFT))
        .put("txData", transmitter.bytes(0))
        .put("threPending", threPending)
        .put("timedOut", timedOut)
        .put("timeoutNanos", timeoutNanos);
  }

  /**
   * Reads a state that the chip could be in.
   *
   * @throws DeviceStateException if it is anything else
   */
  static UartState read(StateReader in) {
    int fcr = in.bits("fcr", UART_FCR_ENABLE_FIFO | UART_FCR_TRIGGER_MASK);
    boolean fifoMode = (fcr & UART_FCR_ENABLE_FIFO) != 0;
    check(fifoMode || fcr == 0, "fcr has a trigger level without FIFOs");
    Fifo receiver = fifo(fifoMode, in, "rxData");
    addErrors(receiver, in);
    Fifo transmitter = fifo(fifoMode, in, "txData");
    boolean threPending = in.booleanValue("threPending");
    check(!threPending || transmitter.isEmpty(), "threPending is set, but THR is not empty");
    boolean timedOut = in.booleanValue("timedOut");
    long timeoutNanos = in.longValue("timeoutNanos", CharacterTimeout.STOPPED, MAX_TIMEOUT_NANOS);
    boolean waiting = fifoMode && !receiver.isEmpty();
    check(waiting || !timedOut, "timedOut is set, but no character waits in the FIFO");
    check(
        (timeoutNanos != CharacterTimeout.STOPPED) == (waiting && !timedOut),
        "timeoutNanos does not fit the receiver FIFO");
    return new UartState(
        in.bits("ier", Uart16550.IER_BITS),
        fcr,
        in.intValue("lcr", 0, 0xff),
        in.intValue("divisor", 0, 0xffff),
        in.bits("mcr", ModemControl.MCR_BITS),
        in.bits("msrDeltas", UART_MSR_ANY_DELTA),
        in.intValue("scr", 0, 0xff),
        in.bits("lsrErrors", UART_LSR_BRK_ERROR_BITS),
        receiver,
        transmitter,
        threPending,
        timedOut,
        timeoutNanos);
  }

  private static Fifo fifo(boolean fifoMode, StateReader in, String key) {
    Fifo fifo = new Fifo();
    fifo.clear(fifoMode);
    for (byte data : in.bytes(key, fifo.capacity())) {
      fifo.add(Byte.toUnsignedInt(data));
    }
    return fifo;
  }

  private static void addErrors(Fifo receiver, StateReader in) {
    byte[] errors = in.bytes("rxErrors", receiver.capacity());
    check(errors.length == receiver.size(), "rxErrors and rxData differ in length");
    for (int i = 0; i < errors.length; i++) {
      int allowed = i == 0 ? 0 : CHARACTER_ERRORS; // LSR has those of the first
      check((errors[i] & ~allowed) == 0, "rxErrors has a bit that does not exist");
      receiver.set(i, receiver.get(i) | (errors[i] << Receiver.ERROR_SHIFT));
    }
  }

  private static void check(boolean condition, String problem) {
    if (!condition) {
      throw new DeviceStateException(
          "Restoring a serial port failed: %s. Use a state that this version saved."
              .formatted(problem));
    }
  }
}
