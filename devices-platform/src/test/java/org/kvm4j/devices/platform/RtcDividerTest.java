package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.VmClock;

final class RtcDividerTest {

  private static final long MILLI = 1_000_000;

  private final HostLikeClock clock = new HostLikeClock();
  private final RtcDivider divider = new RtcDivider(clock);

  @Test
  void ticks_neverGoBack_thoughBothClocksAreRoundedAtDifferentMoments() {
    long last = divider.ticks();
    for (int step = 0; step < 10_000; step++) {
      clock.run += 70_000;
      long now = divider.ticks();
      assertTrue(now - last == 2 || now - last == 3, () -> "70 us are 2.3 ticks, not more or less");
      last = now;
    }
  }

  @Test
  void deadline_isTheFirstMomentOfItsTick() {
    long first = divider.ticks();
    for (int ticks = 1; ticks <= 1000; ticks++) {
      long deadline = divider.deadlineNanos(first + ticks);

      clock.run = deadline - 1;
      assertEquals(first + ticks - 1, divider.ticks());
      clock.run = deadline;
      assertEquals(first + ticks, divider.ticks());
    }
  }

  @Test
  void stepOfTheWallClock_isFollowed() {
    long before = divider.ticks();

    clock.wallAheadNanos += 1000 * MILLI;

    assertEquals(before + RtcDivider.TICKS_PER_SECOND, divider.ticks());
  }

  /** Unlike a test's clock, milliseconds do not begin together with those of the run clock. */
  private static final class HostLikeClock implements VmClock {

    private long run = 123_456_789;
    private long wallAheadNanos = 1_700_000_000_000L * MILLI + 400_000;

    @Override
    public long nanoTime() {
      return run;
    }

    @Override
    public long epochMillis() {
      return Math.floorDiv(run + wallAheadNanos, MILLI);
    }
  }
}
