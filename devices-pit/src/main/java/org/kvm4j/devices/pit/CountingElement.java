package org.kvm4j.devices.pit;

import static org.kvm4j.devices.pit.InputClock.NEVER;

/**
 * CE: what is being counted, since when. Count and OUT follow from the number of the present pulse.
 *
 * @param initialCount pulses, at least the mode's least count if loaded
 * @param origin the pulse at position 0, which may be before the VM's time
 * @param stoppedAt the last pulse counted, or {@link InputClock#NEVER} while counting
 * @param loaded false until the first load after a control word: OUT has its first level
 */
record CountingElement(
    CounterMode mode, int initialCount, long origin, long stoppedAt, boolean loaded) {

  /** After a control word. What CE holds then is undefined: here 0. */
  static CountingElement unloaded(CounterMode mode) {
    return new CountingElement(mode, 0, 0, 0, false);
  }

  /** Loaded at a pulse, out of whatever this element was doing. */
  CountingElement load(int newCount, long pulse, boolean gate) {
    long newOrigin = startsLow(pulse) ? pulse - CounterMode.highPulses(newCount) : pulse;
    long stop = mode.gateEnables() && !gate ? pulse : NEVER;
    return new CountingElement(mode, newCount, newOrigin, stop, true);
  }

  /** Stopped by a low GATE, after which it can go on. */
  CountingElement stop(long now) {
    return new CountingElement(mode, initialCount, origin, now, loaded);
  }

  /**
   * Going on after {@link #stop}.
   *
   * @param turn pulses after which the count comes round
   */
  CountingElement resume(long now, int turn) {
    CountingElement past = pastStrobe(now, turn);
    return new CountingElement(mode, initialCount, past.origin + now - stoppedAt, NEVER, loaded);
  }

  /**
   * The same count one turn later, if this element stands where it strobed: a strobe lasts for one
   * pulse and does not come back.
   */
  CountingElement pastStrobe(long now, int turn) {
    boolean past =
        mode == CounterMode.SOFTWARE_TRIGGERED_STROBE
            && now > stoppedAt
            && position(now) == initialCount;
    return past ? new CountingElement(mode, initialCount, origin - turn, stoppedAt, loaded) : this;
  }

  /** Stopped until the next load: OUT goes to its first level. */
  CountingElement abandon(long now) {
    return new CountingElement(mode, initialCount, now - position(now), now, false);
  }

  boolean stopped() {
    return stoppedAt != NEVER;
  }

  /** Pulses counted since the load. */
  long position(long now) {
    return Math.min(now, stoppedAt) - origin;
  }

  boolean out(long now) {
    if (!loaded) {
      return mode.outAtFirst();
    }
    if (mode.periodic() && now >= stoppedAt) {
      return true; // a low GATE sets OUT high at once
    }
    if (mode == CounterMode.SOFTWARE_TRIGGERED_STROBE && now > stoppedAt) {
      return true; // a strobe lasts one pulse, even if the count stands still
    }
    return mode.out(initialCount, position(now));
  }

  long count(long now) {
    return initialCount == 0 ? 0 : mode.count(initialCount, position(now));
  }

  /** The next pulse where OUT changes, as {@link CounterMode#nextChange}. */
  long nextChange(long now) {
    if (!loaded || stopped()) {
      return NEVER;
    }
    long position = mode.nextChange(initialCount, position(now));
    return position == NEVER ? NEVER : origin + position;
  }

  /** The pulse where a periodic mode that is counting takes over a new count. */
  long cycleEnd(long now) {
    return origin + mode.cycleEnd(initialCount, position(now));
  }

  /** In mode 3 a new count may take over after the high half; it starts with its low half then. */
  private boolean startsLow(long pulse) {
    return mode == CounterMode.SQUARE_WAVE && loaded && !stopped() && out(pulse - 1);
  }
}
