package org.kvm4j.devices.pit;

/** Port 0x61 of a PC/AT: the gate of counter 2 and what the system board reports. */
final class SystemControlPortB implements ChipRegisters {

  static final int TIMER_2_GATE = 0x01;
  private static final int REFRESH = 0x10;
  private static final int TIMER_2_OUT = 0x20;

  /** Gate, speaker data, RAM parity check and channel check: kept, and read back as written. */
  static final int WRITABLE = 0x0f;

  /** What a BIOS sets counter 1 to: a refresh every 15.085 us. */
  private static final long PULSES_PER_REFRESH = 18;

  private final Counter counter2;
  private int bits;

  SystemControlPortB(Counter counter2) {
    this.counter2 = counter2;
  }

  /** All bits 0; the counter's own reset lowers its gate. */
  void reset() {
    bits = 0;
  }

  @Override
  public int read(int offset, long now) {
    boolean refresh = (now / PULSES_PER_REFRESH & 1) != 0;
    return bits | (refresh ? REFRESH : 0) | (counter2.out(now) ? TIMER_2_OUT : 0);
  }

  @Override
  public void write(int offset, int value, long now) {
    bits = value & WRITABLE;
    counter2.setGate((bits & TIMER_2_GATE) != 0, now);
  }

  int bits() {
    return bits;
  }

  void restore(int newBits) {
    bits = newBits;
  }
}
