package org.kvm4j.devices.irqchip;

import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.irq.MsiMessage;

/** One input of the I/O APIC with its entry of the redirection table, IOREDTBL. */
final class Pin {

  private static final int VECTOR = 0xff;
  private static final int DELMOD_SHIFT = 8;
  private static final int DELMOD = 0x7;
  private static final int LOWEST_PRIORITY = 1;
  private static final int DESTMOD_LOGICAL = 1 << 11;
  private static final int REMOTE_IRR = 1 << 14;
  private static final int TRIGGER_LEVEL = 1 << 15;
  private static final int MASKED = 1 << 16;

  /** Without delivery status and remote IRR, which are read-only. */
  private static final int WRITABLE = 0x1_afff;

  private static final int DESTINATION_SHIFT = 24;
  private static final int ENTRY_DESTINATION_SHIFT = 56;
  private static final long ENTRY_DESTINATION = 0xffL << ENTRY_DESTINATION_SHIFT;

  private static final long MSI_BASE = 0xfee0_0000L;
  private static final int MSI_DESTINATION_SHIFT = 12;
  private static final int MSI_LOGICAL = 1 << 2;

  private final int number;
  private final InterruptOutput output;

  /** Bits 0 to 31. */
  private int low = MASKED;

  /** Bits 56 to 63. */
  private int destination;

  private boolean asserted;

  /** As the entry says. */
  private MsiMessage message = message();

  Pin(int number, InterruptOutput output) {
    this.number = number;
    this.output = output;
  }

  void reset() {
    low = MASKED;
    destination = 0;
    asserted = false;
    message = message();
  }

  int readLow() {
    return low;
  }

  int readHigh() {
    return destination << DESTINATION_SHIFT;
  }

  void writeLow(int value) {
    low = (value & WRITABLE) | (low & REMOTE_IRR);
    if (!isLevel()) {
      low &= ~REMOTE_IRR;
    }
    message = message();
    announceEdge();
    deliverLevel();
  }

  void writeHigh(int value) {
    destination = value >>> DESTINATION_SHIFT;
    message = message();
  }

  /** An edge while the pin is masked is lost. */
  void set(boolean newAsserted) {
    boolean rises = newAsserted && !asserted;
    asserted = newAsserted;
    if (isLevel()) {
      deliverLevel();
    } else if (rises && (low & MASKED) == 0) {
      send();
    }
  }

  /** A local APIC has ended an interrupt with this vector; if still asserted, it comes again. */
  void endOfInterrupt(int vector) {
    if ((low & REMOTE_IRR) != 0 && (low & VECTOR) == vector) {
      low &= ~REMOTE_IRR;
      deliverLevel();
    }
  }

  private void deliverLevel() {
    if (asserted && isLevel() && (low & (MASKED | REMOTE_IRR)) == 0) {
      low |= REMOTE_IRR;
      send();
    }
  }

  /** A guest that is halted with interrupts off may wait for it, if it is an NMI. */
  private void announceEdge() {
    if (!isLevel() && (low & MASKED) == 0) {
      output.route(number, message);
    }
  }

  private void send() {
    output.route(number, message);
    output.send(number);
  }

  /** SMI, NMI, INIT and ExtINT are edges, whatever the trigger mode: nothing ends them. */
  private boolean isLevel() {
    return isLevel(low);
  }

  private static boolean isLevel(int low) {
    return (low & TRIGGER_LEVEL) != 0 && (low >> DELMOD_SHIFT & DELMOD) <= LOWEST_PRIORITY;
  }

  private MsiMessage message() {
    int logical = (low & DESTMOD_LOGICAL) != 0 ? MSI_LOGICAL : 0;
    long address = MSI_BASE | (long) destination << MSI_DESTINATION_SHIFT | logical;
    MsiMessage edge = new MsiMessage(address, low & (VECTOR | DELMOD << DELMOD_SHIFT));
    return isLevel() ? edge.levelTriggered() : edge;
  }

  boolean isAsserted() {
    return asserted;
  }

  /** All 64 bits of the entry. */
  long entry() {
    return (long) destination << ENTRY_DESTINATION_SHIFT | low;
  }

  /**
   * Whether a saved entry is one.
   *
   * @throws DeviceStateException if not
   */
  static void check(long entry) {
    boolean exists = (entry & ~(ENTRY_DESTINATION | WRITABLE | REMOTE_IRR)) == 0;
    if (!exists || ((entry & REMOTE_IRR) != 0 && !isLevel((int) entry))) {
      throw new DeviceStateException(
          "Saved redirection 0x%016x is refused: no entry has these bits. Take an intact state."
              .formatted(entry));
    }
  }

  /** Nothing is sent, but what is in service may end. */
  void restore(long entry, boolean newAsserted) {
    low = (int) entry;
    destination = (int) (entry >>> ENTRY_DESTINATION_SHIFT);
    asserted = newAsserted;
    message = message();
    if ((low & REMOTE_IRR) != 0) {
      output.route(number, message);
    }
  }
}
