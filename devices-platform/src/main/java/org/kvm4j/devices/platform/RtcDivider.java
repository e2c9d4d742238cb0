package org.kvm4j.devices.platform;

import org.kvm4j.device.VmClock;

/**
 * The clock's crystal and divider chain: a count at 32,768 Hz whose every 32,768th step begins a
 * second of the calendar.
 *
 * <p>It follows the VM's wall clock, and so stands while that does, in a pause, with the resolution
 * of the VM's run clock, on which timers are set.
 */
final class RtcDivider {

  /** Ticks per second are 2 to this power. */
  static final int SECOND_SHIFT = 15;

  static final int TICKS_PER_SECOND = 1 << SECOND_SHIFT;

  static final int MAX_PHASE_NANOS = 999_999_999;

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final VmClock clock;

  /** What the wall clock is ahead of the run clock. */
  private long aheadMillis;

  /** Where in the wall clock's second a second of the calendar begins. */
  private long phaseNanos;

  RtcDivider(VmClock clock) {
    this.clock = clock;
    aheadMillis = measuredAheadMillis();
  }

  /** The count now; at phase 0, that since 1970. Goes back only if the wall clock does. */
  long ticks() {
    long nanos = wallNanos() - phaseNanos;
    long subSecond = Math.floorMod(nanos, NANOS_PER_SECOND);
    // The seconds apart, because all nanoseconds times 32,768 would leave 64 bits
    return (Math.floorDiv(nanos, NANOS_PER_SECOND) << SECOND_SHIFT)
        + subSecond * TICKS_PER_SECOND / NANOS_PER_SECOND;
  }

  /** The first moment of the VM's run clock at which the count is {@code tick}. */
  long deadlineNanos(long tick) {
    long subSecond = Math.floorMod(tick, (long) TICKS_PER_SECOND) * NANOS_PER_SECOND;
    return (tick >> SECOND_SHIFT) * NANOS_PER_SECOND
        + (subSecond + TICKS_PER_SECOND - 1) / TICKS_PER_SECOND
        + phaseNanos
        - aheadMillis * NANOS_PER_MILLI;
  }

  /** Leaves the divider reset: the first update comes half a second later. */
  void restart() {
    setPhaseNanos((int) Math.floorMod(wallNanos() + NANOS_PER_SECOND / 2, NANOS_PER_SECOND));
  }

  /** For a saved state: 0 to {@link #MAX_PHASE_NANOS}. */
  int phaseNanos() {
    return (int) phaseNanos;
  }

  void setPhaseNanos(int nanos) {
    phaseNanos = nanos;
  }

  /*
   * The wall clock comes in milliseconds, too coarse for the 244 us before an update. So it is read
   * off the run clock, and set anew when both have moved apart by more than the rounding of either:
   * when the wall clock was set.
   */
  private long wallNanos() {
    long measured = measuredAheadMillis();
    if (Math.abs(measured - aheadMillis) > 1) {
      aheadMillis = measured;
    }
    return clock.nanoTime() + aheadMillis * NANOS_PER_MILLI;
  }

  private long measuredAheadMillis() {
    return clock.epochMillis() - clock.nanoTime() / NANOS_PER_MILLI;
  }
}
