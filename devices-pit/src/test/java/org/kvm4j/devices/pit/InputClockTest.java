package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputClockTest {

  private static final long YEARS_250 = Duration.ofDays(250 * 365).toNanos();

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 838, 839, 999_999_999, 1_000_000_000, Long.MAX_VALUE})
  void pulseAt_isExact_atTheEdges(long nanos) {
    assertEquals(PitGuest.pulseAt(nanos), InputClock.pulseAt(nanos));
  }

  @Test
  void conversions_areExact_over250Years() {
    Random random = new Random(8254);
    for (int i = 0; i < 2_000; i++) {
      long nanos = random.nextLong(YEARS_250);
      long pulse = PitGuest.pulseAt(nanos);
      assertEquals(pulse, InputClock.pulseAt(nanos));
      assertEquals(PitGuest.nanosOf(pulse), InputClock.nanosOf(pulse));
    }
  }

  @Test
  void nanosOf_isTheFirstNanosecondOfThePulse() {
    for (long pulse = 0; pulse < 5_000; pulse++) {
      long nanos = InputClock.nanosOf(pulse);
      assertEquals(pulse, InputClock.pulseAt(nanos));
      assertEquals(pulse - 1, InputClock.pulseAt(nanos - 1));
    }
  }
}
