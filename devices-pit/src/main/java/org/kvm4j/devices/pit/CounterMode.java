package org.kvm4j.devices.pit;

/**
 * The six modes as rules over a position: the number of pulses counted since CE was loaded with an
 * initial count n, the loading pulse not included.
 */
enum CounterMode {
  /** Mode 0: OUT is low until the count has run out. */
  INTERRUPT_ON_TERMINAL_COUNT(Load.NEXT_PULSE, true, false),
  /** Mode 1: OUT is low for n pulses after each trigger. */
  HARDWARE_RETRIGGERABLE_ONE_SHOT(Load.TRIGGER, false, true),
  /** Mode 2: OUT is low for the last of every n pulses. */
  RATE_GENERATOR(Load.END_OF_CYCLE, true, true),
  /** Mode 3: OUT is high for one half of every n pulses and low for the other. */
  SQUARE_WAVE(Load.END_OF_CYCLE, true, true),
  /** Mode 4: OUT is low for one pulse when the count has run out. */
  SOFTWARE_TRIGGERED_STROBE(Load.NEXT_PULSE, true, true),
  /** Mode 5: as mode 4, but it is a trigger that loads the count. */
  HARDWARE_TRIGGERED_STROBE(Load.TRIGGER, false, true);

  /** When a count written while another is being counted goes from CR to CE. */
  enum Load {
    NEXT_PULSE,
    END_OF_CYCLE,
    TRIGGER
  }

  private final Load load;
  private final boolean gateEnables;
  private final boolean outAtFirst;

  CounterMode(Load load, boolean gateEnables, boolean outAtFirst) {
    this.load = load;
    this.gateEnables = gateEnables;
    this.outAtFirst = outAtFirst;
  }

  Load load() {
    return load;
  }

  /** Whether a low GATE stops the counting. */
  boolean gateEnables() {
    return gateEnables;
  }

  /** Whether a rising GATE loads CE. */
  boolean gateTriggers() {
    return load != Load.NEXT_PULSE;
  }

  /** Whether CE is loaded again by itself. */
  boolean periodic() {
    return load == Load.END_OF_CYCLE;
  }

  /** OUT from the control word until CE is loaded. */
  boolean outAtFirst() {
    return outAtFirst;
  }

  /** A count of 1 is illegal in the periodic modes: OUT would never change. */
  int leastCount() {
    return periodic() ? 2 : 1;
  }

  boolean out(int n, long position) {
    return switch (this) {
      case INTERRUPT_ON_TERMINAL_COUNT, HARDWARE_RETRIGGERABLE_ONE_SHOT -> position >= n;
      case RATE_GENERATOR -> position % n != n - 1;
      case SQUARE_WAVE -> position % n < highPulses(n);
      case SOFTWARE_TRIGGERED_STROBE, HARDWARE_TRIGGERED_STROBE -> position != n;
    };
  }

  /** What CE holds; below 0 it has wrapped around. */
  long count(int n, long position) {
    return switch (this) {
      case RATE_GENERATOR -> n - position % n;
      case SQUARE_WAVE -> evenPart(n) - 2 * positionInHalf(n, position);
      default -> n - position;
    };
  }

  /**
   * The next position where OUT changes, or {@link InputClock#NEVER}. Of a strobe, which is low for
   * a single pulse, only the end counts.
   */
  long nextChange(int n, long position) {
    return switch (this) {
      case INTERRUPT_ON_TERMINAL_COUNT, HARDWARE_RETRIGGERABLE_ONE_SHOT ->
          position < n ? n : InputClock.NEVER;
      case SOFTWARE_TRIGGERED_STROBE, HARDWARE_TRIGGERED_STROBE ->
          position <= n ? n + 1 : InputClock.NEVER;
      case RATE_GENERATOR, SQUARE_WAVE -> cycleEnd(n, position);
    };
  }

  /** The position where a periodic mode takes over a new count: in mode 3 also after a half. */
  long cycleEnd(int n, long position) {
    long inCycle = position % n;
    boolean inHighHalf = this == SQUARE_WAVE && inCycle < highPulses(n);
    return position - inCycle + (inHighHalf ? highPulses(n) : n);
  }

  /** Mode 3: for how many pulses OUT is high; one more than low if n is odd. */
  static int highPulses(int n) {
    return (n + 1) / 2;
  }

  /** Mode 3 loads an odd count minus one, since it counts down by two. */
  private static int evenPart(int n) {
    return n & ~1;
  }

  private static long positionInHalf(int n, long position) {
    long inCycle = position % n;
    return inCycle < highPulses(n) ? inCycle : inCycle - highPulses(n);
  }
}
