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

  /** Bits 56 to 63, and below them bits 8 to 14 of the destination: KVM_FEATURE_MSI_EXT_DEST_ID. */
  private static final int HIGH_WRITABLE = 0xfffe_0000;

  private static final int DESTINATION_SHIFT = 24;
  private static final int EXTENSION_SHIFT = 17;
  private static final int EXTENSION = 0x7f;

  private static final long MSI_BASE = 0xfee0_0000L;
  private static final int MSI_DESTINATION_SHIFT = 12;

  /** Where KVM wants bits 8 to 31 of the destination. KVM API, KVM_CAP_X2APIC_API. */
  private static final int MSI_EXTENSION_SHIFT = 40;

  private static final int MSI_LOGICAL = 1 << 2;

  private final int number;
  private final InterruptOutput output;

  /** Bits 0 to 31. */
  private int low = MASKED;

  /** Bits 32 to 63. */
  private int high;

  private boolean asserted;

  /** As the entry says. */
  private MsiMessage message = message();

  Pin(int number, InterruptOutput output) {
    this.number = number;
    this.output = output;
  }

  void reset() {
    low = MASKED;
    high = 0;
    asserted = false;
    message = message();
  }

  int readLow() {
    return low;
  }

  int readHigh() {
    return high;
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
    high = value & HIGH_WRITABLE;
    message = message();
    deliverLevel();
  }

  /** An edge while the pin is masked is lost. */
  void set(boolean newAsserted) {
    boolean rises = newAsserted && !asserted;
    asserted = newAsserted;
    if (isLevel()) {
      deliverLevel();
    } else if (rises && (low & MASKED) == 0) {
      var unused = send(); // an edge that nobody takes is lost
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
    boolean waits = asserted && isLevel() && (low & (MASKED | REMOTE_IRR)) == 0;
    if (waits && send()) {
      low |= REMOTE_IRR;
    }
  }

  /** A guest that is halted with interrupts off may wait for it, if it is an NMI. */
  private void announceEdge() {
    if (!isLevel() && (low & MASKED) == 0) {
      output.route(number, message);
    }
  }

  /** Whether a local APIC has taken it. */
  private boolean send() {
    output.route(number, message);
    return output.send(number);
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
    long destination = (long) (high >>> DESTINATION_SHIFT) << MSI_DESTINATION_SHIFT;
    long extension = (long) (high >>> EXTENSION_SHIFT & EXTENSION) << MSI_EXTENSION_SHIFT;
    long address = MSI_BASE | extension | destination | logical;
    MsiMessage edge = new MsiMessage(address, low & (VECTOR | DELMOD << DELMOD_SHIFT));
    return isLevel() ? edge.levelTriggered() : edge;
  }

  boolean isAsserted() {
    return asserted;
  }

  /** All 64 bits of the entry. */
  long entry() {
    return (long) high << Integer.SIZE | low;
  }

  /**
   * Whether a saved entry is one.
   *
   * @throws DeviceStateException if not
   */
  static void check(long entry) {
    long bits = (long) HIGH_WRITABLE << Integer.SIZE | WRITABLE | REMOTE_IRR;
    boolean exists = (entry & ~bits) == 0;
    if (!exists || ((entry & REMOTE_IRR) != 0 && !isLevel((int) entry))) {
      throw new DeviceStateException(
          "Saved redirection 0x%016x is refused: no entry has these bits. Take an intact state."
              .formatted(entry));
    }
  }

  /** Nothing is sent, but what is in service may end. */
  void restore(long entry, boolean newAsserted) {
    low = (int) entry;
    high = (int) (entry >>> Integer.SIZE);
    asserted = newAsserted;
    message = message();
    if ((low & REMOTE_IRR) != 0) {
      output.route(number, message);
    }
  }
}
