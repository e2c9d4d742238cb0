package org.kvm4j.devices.serial;

import static org.kvm4j.devices.serial.SerialReg.UART_DLL;
import static org.kvm4j.devices.serial.SerialReg.UART_DLM;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_RCVR;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_CLEAR_XMIT;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_ENABLE_FIFO;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_MASK;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_FIFO_ENABLED;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_SCR;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;

import java.util.function.Function;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/** A PC16550D: its registers, and how its parts are wired (section 8 of the datasheet). */
final class Uart16550 implements Device, PioHandler {

  /** The bits of IER that exist. */
  static final int IER_BITS = UART_IER_RDI | UART_IER_THRI | UART_IER_RLSI | UART_IER_MSI;

  private static final InterruptCause[] CAUSES = InterruptCause.values();

  private final InterruptLine line;
  private final HostStream host;
  private final Runnable onLostOutput;
  private final LineControl format = new LineControl();
  private final ModemControl modem = new ModemControl();
  private final Transmitter transmitter = new Transmitter(this::send);
  private final Receiver receiver;
  private int ier;
  private int fcr;
  private int scr;

  /**
   * A chip just reset.
   *
   * @param line its interrupt
   * @param host the other end of the serial line
   * @param timers makes its one timer, on {@code clock}
   * @param onLostOutput told of every character that the guest wrote into a full transmitter
   */
  Uart16550(
      InterruptLine line,
      HostStream host,
      VmClock clock,
      Function<Runnable, VmTimer> timers,
      Runnable onLostOutput) {
    this.line = line;
    this.host = host;
    this.onLostOutput = onLostOutput;
    receiver = new Receiver(format, new CharacterTimeout(clock, timers, this::updateLine));
    host.onReady(this::hostReady);
    reset();
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public int read(int offset, int size) {
    return switch (offset) {
      case UART_RX -> format.isDivisorAccess() ? format.divisorLow() : readReceiverBuffer();
      case UART_IER -> format.isDivisorAccess() ? format.divisorHigh() : ier;
      case UART_IIR -> readInterruptId();
      case UART_LCR -> format.lcr();
      case UART_MCR -> modem.mcr();
      case UART_LSR -> readLineStatus();
      case UART_MSR -> readModemStatus();
      case UART_SCR -> scr;
      default -> 0xff; // the chip has eight registers
    };
  }

  @Override
  public void write(int offset, int size, int value) {
    if (format.isDivisorAccess() && offset <= UART_DLM) {
      writeDivisor(offset, value);
      return;
    }
    switch (offset) {
      case UART_TX -> writeTransmitterHolding(value);
      case UART_IER -> writeInterruptEnable(value);
      case UART_FCR -> writeFifoControl(value);
      case UART_LCR -> writeLineControl(value);
      case UART_MCR -> writeModemControl(value);
      case UART_SCR -> scr = value;
      default -> {
        // LSR and MSR are read-only; writing them is the manufacturer's factory test
      }
    }
  }

  @Override
  public void reset() {
    ier = 0;
    fcr = 0;
    scr = 0;
    format.reset();
    modem.reset();
    transmitter.reset();
    receiver.reset();
    receiveFromHost();
  }

  @Override
  public void save(StateWriter out) {
    new UartState(
            ier,
            fcr,
            format.lcr(),
            format.divisor(),
            modem.mcr(),
            modem.deltas(),
            scr,
            receiver.errors(),
            receiver.fifo(),
            transmitter.fifo(),
            transmitter.isInterruptPending(),
            receiver.isTimedOut(),
            receiver.timeoutNanos())
        .write(out);
  }

  @Override
  public void restore(StateReader in) {
    UartState state = UartState.read(in);
    ier = state.ier();
    fcr = state.fcr();
    scr = state.scr();
    format.set(state.lcr(), state.divisor());
    modem.set(state.mcr(), state.msrDeltas());
    transmitter.restore(state);
    receiver.restore(state);
    // Also calls for the host's attention: it tells only those who found it empty or full.
    hostReady();
  }

  private int readReceiverBuffer() {
    int data = receiver.read();
    // The line falls before the next character raises it: an edge for each, as from the chip.
    updateLine();
    receiveFromHost();
    return data;
  }

  private int readInterruptId() {
    int id = interruptId();
    if (id == UART_IIR_THRI) {
      // The only cause that reading IIR clears, and only when it is the one reported.
      transmitter.acknowledgeInterrupt();
      updateLine();
    }
    return id | (fcr != 0 ? UART_IIR_FIFO_ENABLED : 0);
  }

  private int readLineStatus() {
    int lsr = receiver.lineStatus() | transmitter.lineStatus();
    receiver.acknowledgeErrors();
    updateLine();
    return lsr;
  }

  private int readModemStatus() {
    int msr = modem.msr();
    modem.acknowledgeDeltas();
    updateLine();
    return msr;
  }

  private void writeDivisor(int offset, int value) {
    if (offset == UART_DLL) {
      format.writeDivisorLow(value);
    } else {
      format.writeDivisorHigh(value);
    }
  }

  private void writeTransmitterHolding(int value) {
    if (!transmitter.write(value)) {
      onLostOutput.run();
    }
    // Let the line fall before the character is gone and raises it: a guest that never reads IIR
    // lives on these edges.
    updateLine();
    transmitter.flush();
    updateLine();
  }

  private void writeInterruptEnable(int value) {
    boolean enablesThri = (value & ~ier & UART_IER_THRI) != 0;
    ier = value & IER_BITS;
    if (enablesThri) {
      transmitter.interruptEnabled();
    }
    updateLine();
  }

  private void writeFifoControl(int value) {
    boolean fifoMode = (value & UART_FCR_ENABLE_FIFO) != 0;
    if (fifoMode != (fcr != 0)) {
      receiver.setMode(fifoMode);
      transmitter.setMode(fifoMode);
    }
    // Without bit 0 the others are not programmed.
    fcr = fifoMode ? value & (UART_FCR_ENABLE_FIFO | UART_FCR_TRIGGER_MASK) : 0;
    receiver.setTrigger(fcr);
    if (fifoMode && (value & UART_FCR_CLEAR_RCVR) != 0) {
      receiver.clear();
    }
    if (fifoMode && (value & UART_FCR_CLEAR_XMIT) != 0) {
      transmitter.clear();
    }
    updateLine();
    receiveFromHost();
  }

  private void writeLineControl(int value) {
    boolean wasBreak = isBreakLooped();
    format.writeLcr(value);
    receiveBreak(wasBreak);
    updateLine();
  }

  private void writeModemControl(int value) {
    boolean wasBreak = isBreakLooped();
    modem.writeMcr(value);
    receiveBreak(wasBreak);
    hostReady(); // loop-back takes the host away and gives it back
  }

  /** Sends one character to where the line leads. */
  private boolean send(int data) {
    if (!modem.isLoopback()) {
      return host.write(data); // all eight bits: the word length is no concern of the host
    }
    if (!format.isBreak()) { // a break holds the line low, so that nothing else arrives
      receiver.receive(data & format.wordMask(), 0);
    }
    return true;
  }

  private boolean isBreakLooped() {
    return modem.isLoopback() && format.isBreak();
  }

  /** A break is one zero character, however long it lasts. */
  private void receiveBreak(boolean wasBreak) {
    if (!wasBreak && isBreakLooped()) {
      receiver.receive(0, format.breakErrors());
    }
  }

  private void hostReady() {
    transmitter.flush();
    updateLine();
    receiveFromHost();
  }

  /** Takes no more than there is room for, so that only loop-back can overrun the receiver. */
  private void receiveFromHost() {
    while (!modem.isLoopback() && receiver.hasRoom()) {
      int data = host.read();
      if (data == HostStream.NOTHING) {
        break;
      }
      receiver.receive(data & 0xff, 0);
    }
    updateLine();
  }

  private void updateLine() {
    line.set(modem.isInterruptGateOpen() && interruptId() != UART_IIR_NO_INT);
  }

  private int interruptId() {
    for (InterruptCause cause : CAUSES) {
      if (cause.isEnabled(ier) && isPending(cause)) {
        return cause.id();
      }
    }
    return UART_IIR_NO_INT;
  }

  private boolean isPending(InterruptCause cause) {
    return switch (cause) {
      case RECEIVER_LINE_STATUS -> receiver.errors() != 0;
      case CHARACTER_TIMEOUT -> receiver.isTimedOut();
      case RECEIVED_DATA -> receiver.isDataAvailable();
      case TRANSMITTER_EMPTY -> transmitter.isInterruptPending();
      case MODEM_STATUS -> modem.deltas() != 0;
    };
  }
}
