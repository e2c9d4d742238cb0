package org.kvm4j.devices.pit;

import static org.kvm4j.devices.pit.InputClock.NEVER;

/**
 * One of the three counters. Every method takes the number of the present CLK pulse, which never
 * goes back.
 */
final class Counter {

  private static final int NONE = OutputLatch.NONE;
  private static final int STATUS_OUT = 0x80;
  private static final int STATUS_NULL_COUNT = 0x40;

  /** What a control word 0x30 leaves; the datasheet calls the state at power-on undefined. */
  private static final ControlWord AT_POWER_ON = new ControlWord(0x30);

  private final boolean gateAtPowerOn;
  private final OutputLatch latch = new OutputLatch();
  private ControlWord control = AT_POWER_ON;
  private CountingElement element = CountingElement.unloaded(control.mode());
  private boolean gate;

  /** CR. */
  private int countRegister;

  /** The first byte of a count whose second is missing. */
  private int leastSignificantByte = NONE;

  /** Whether CR has been written since the control word. */
  private boolean countWritten;

  /** Whether CE still lacks what CR holds, or is to hold. */
  private boolean nullCount = true;

  /** The pulse that will load CE from CR. */
  private long loadAt = NEVER;

  /**
   * A counter as at power-on.
   *
   * @param gate its level until {@link #setGate}
   */
  Counter(boolean gate) {
    this.gateAtPowerOn = gate;
    this.gate = gate;
  }

  void reset() {
    gate = gateAtPowerOn;
    countRegister = 0;
    program(AT_POWER_ON);
  }

  /** Takes a control word: all control logic is reset and OUT goes to its first level. */
  void program(ControlWord word) {
    control = word;
    element = CountingElement.unloaded(word.mode());
    latch.clear();
    leastSignificantByte = NONE;
    countWritten = false;
    nullCount = true;
    loadAt = NEVER;
  }

  /** Takes the next byte of a count. */
  void write(int value, long now) {
    advance(now);
    if (control.mode() == CounterMode.INTERRUPT_ON_TERMINAL_COUNT) {
      // Mode 0 stops with the first byte of two and sets OUT low without waiting for CLK.
      element = element.abandon(now);
      loadAt = NEVER;
    }
    switch (control.readWrite()) {
      case LEAST_SIGNIFICANT_BYTE -> writeCount(value, now);
      case MOST_SIGNIFICANT_BYTE -> writeCount(value << 8, now);
      case LEAST_THEN_MOST_SIGNIFICANT_BYTE -> {
        if (leastSignificantByte == NONE) {
          leastSignificantByte = value;
        } else {
          int count = value << 8 | leastSignificantByte;
          leastSignificantByte = NONE;
          writeCount(count, now);
        }
      }
    }
  }

  private void writeCount(int count, long now) {
    countRegister = count;
    countWritten = true;
    nullCount = true;
    switch (control.mode().load()) {
      case NEXT_PULSE -> loadAt = now + 1;
      case TRIGGER -> {} // CE takes it on the next trigger
      case END_OF_CYCLE -> {
        if (!element.loaded()) {
          loadAt = now + 1;
        } else if (!element.stopped()) {
          loadAt = element.cycleEnd(now);
        } // stopped by GATE: the trigger that starts it again loads
      }
    }
  }

  int read(long now) {
    return latch.read(control.readWrite(), count(now));
  }

  void latchCount(long now) {
    latch.latchCount(count(now));
  }

  void latchStatus(long now) {
    latch.latchStatus(status(now));
  }

  /** Sets GATE; an edge stops, resumes or triggers, as the mode has it. */
  void setGate(boolean high, long now) {
    advance(now);
    if (gate == high) {
      return;
    }
    gate = high;
    CounterMode mode = control.mode();
    if (high && mode.gateTriggers()) {
      loadAt = countWritten ? now + 1 : NEVER;
    } else if (mode.gateEnables() && element.loaded() && element.stopped() == high) {
      element = high ? element.resume(now, control.countsPerTurn()) : element.stop(now);
      if (mode.periodic()) {
        loadAt = NEVER; // the cycle whose end would have loaded is cut off
      }
    }
  }

  boolean out(long now) {
    return elementAt(now).out(now);
  }

  /** The next pulse where OUT changes; of a strobe only its end counts. */
  long nextChange(long now) {
    CountingElement present = elementAt(now);
    long change = present.nextChange(now);
    boolean loadsBefore = loadAt != NEVER && now < loadAt && loadAt <= change;
    if (!loadsBefore) {
      return change;
    }
    CountingElement next = elementAt(loadAt);
    boolean changesByLoad = present.out(loadAt - 1) != next.out(loadAt);
    return changesByLoad ? loadAt : next.nextChange(loadAt);
  }

  /** The next pulse where OUT goes high. */
  long nextRise(long now) {
    long change = nextChange(now);
    return change == NEVER || out(change) ? change : nextChange(change);
  }

  boolean periodic() {
    return control.mode().periodic();
  }

  CounterState save(long now) {
    advance(now);
    element = element.pastStrobe(now, control.countsPerTurn());
    return new CounterState(
        control,
        countRegister,
        countWritten,
        nullCount,
        leastSignificantByte,
        latch.mostSignificantNext(),
        latch.count(),
        latch.status(),
        element.loaded(),
        element.stopped(),
        element.initialCount(),
        element.position(now),
        loadAt != NEVER);
  }

  /** Takes a state over that {@link CounterState} has found sound for this gate. */
  void restore(CounterState state, boolean newGate, long now) {
    control = state.control();
    gate = newGate;
    countRegister = state.countRegister();
    countWritten = state.countWritten();
    nullCount = state.nullCount();
    leastSignificantByte = state.leastSignificantByte();
    latch.restore(state.latchedCount(), state.latchedStatus(), state.mostSignificantNext());
    element =
        new CountingElement(
            control.mode(),
            state.initialCount(),
            now - state.position(),
            state.stopped() ? now : NEVER,
            state.loaded());
    loadAt = NEVER;
    if (state.loadPending()) {
      boolean atCycleEnd = control.mode().periodic() && state.loaded() && !state.stopped();
      loadAt = atCycleEnd ? element.cycleEnd(now) : now + 1;
    }
  }

  /** Takes note of a load that has happened meanwhile. */
  private void advance(long now) {
    if (now >= loadAt) {
      element = elementAt(loadAt);
      loadAt = NEVER;
      nullCount = false;
    }
  }

  /** What CE is or will be at a pulse, if nobody touches the counter until then. */
  private CountingElement elementAt(long pulse) {
    return pulse < loadAt
        ? element
        : element.load(control.initialCount(countRegister), loadAt, gate);
  }

  private int count(long now) {
    return control.encode(elementAt(now).count(now));
  }

  private int status(long now) {
    advance(now);
    return (out(now) ? STATUS_OUT : 0) | (nullCount ? STATUS_NULL_COUNT : 0) | control.bits();
  }
}
