package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What arch/x86/kernel/tsc.c and drivers/clocksource/i8253.c do, with their names. */
class LinuxSequencesTest {

  private static final int PIT_CH0 = 0x40;
  private static final int PIT_CH2 = 0x42;
  private static final int PIT_MODE = 0x43;
  private static final int PIT_TICK_RATE = 1_193_182;
  private static final int HZ = 250;
  private static final int PIT_LATCH = (PIT_TICK_RATE + HZ / 2) / HZ;
  private static final int CAL_MS = 10;
  private static final int CAL_LATCH = PIT_TICK_RATE / (1000 / CAL_MS);

  private final PitGuest guest = new PitGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void pitCalibrateTsc_seesOut2RiseAfterTenMilliseconds() {
    guest.out(0x61, (guest.in(0x61) & ~0x02) | 0x01);
    guest.out(PIT_MODE, 0xb0);
    guest.out(PIT_CH2, CAL_LATCH & 0xff);
    guest.out(PIT_CH2, CAL_LATCH >> 8);

    long start = guest.clock().nanoTime();
    int loops = 0;
    while ((guest.in(0x61) & 0x20) == 0 && loops < 100_000) {
      guest.clock().advance(1_000);
      loops++;
    }
    long took = guest.clock().nanoTime() - start;
    assertTrue(Math.abs(took - Duration.ofMillis(CAL_MS).toNanos()) < 3_000, took + " ns");
  }

  @Test
  void quickPitCalibrate_seesTheMostSignificantByteCountDown() {
    guest.out(0x61, (guest.in(0x61) & ~0x02) | 0x01);
    guest.out(PIT_MODE, 0xb0);
    guest.out(PIT_CH2, 0xff);
    guest.out(PIT_CH2, 0xff);
    guest.clock().advance(3_000);

    assertTrue(pitVerifyMsb(0xff));
    for (int expected = 0xfe; expected > 0xf0; expected--) {
      int loops = 0;
      while (pitVerifyMsb(expected + 1)) {
        guest.clock().advance(1_000);
        loops++;
      }
      assertTrue(pitVerifyMsb(expected));
      assertEquals(214, loops, 3, "256 pulses are 214.55 us");
    }
  }

  @Test
  void pitSetPeriodic_ticksAtHz() {
    guest.out(PIT_MODE, 0x34);
    guest.out(PIT_CH0, PIT_LATCH & 0xff);
    guest.out(PIT_CH0, PIT_LATCH >> 8);
    guest.line().clearEdges();
    guest.clock().advance(Duration.ofMinutes(1).toNanos());
    assertEquals(60 * PIT_TICK_RATE / PIT_LATCH, guest.line().risingEdges());
  }

  @Test
  void pitSetOneshotAndNextEvent_interruptOnceForEachEvent() {
    guest.out(PIT_MODE, 0x38);
    guest.line().clearEdges();
    for (int delta : new int[] {0x7fff, 0x0f, 0x1234, 0x7f}) {
      guest.out(PIT_CH0, delta & 0xff);
      guest.out(PIT_CH0, delta >> 8);
      guest.pulses(delta + 1);
      assertEquals(0, guest.line().risingEdges());
      guest.pulses(1);
      assertEquals(1, guest.line().risingEdges());
      guest.pulses(100_000);
      assertEquals(1, guest.line().risingEdges());
      guest.line().clearEdges();
    }
  }

  @Test
  void pitShutdown_endsTheTicks() {
    pitSetPeriodic_ticksAtHz();
    guest.out(PIT_MODE, 0x30);
    guest.line().clearEdges();
    guest.clock().advance(Duration.ofMinutes(1).toNanos());
    assertFalse(guest.line().isHigh());
    assertEquals(0, guest.line().edges());
  }

  @Test
  void pitShutdownWithCountsCleared_interruptsOnceAtMost() {
    pitSetPeriodic_ticksAtHz();
    guest.out(PIT_MODE, 0x30);
    guest.out(PIT_CH0, 0);
    guest.out(PIT_CH0, 0);
    guest.line().clearEdges();
    guest.clock().advance(Duration.ofMinutes(1).toNanos());
    assertEquals(1, guest.line().edges());
  }

  @Test
  void i8253Read_givesAClockThatFollowsVmTime() {
    guest.out(PIT_MODE, 0x34);
    guest.out(PIT_CH0, PIT_LATCH & 0xff);
    guest.out(PIT_CH0, PIT_LATCH >> 8);
    guest.pulses(1);
    guest.line().clearEdges();
    long startPulse = guest.pulse();
    for (int i = 0; i < 5_000; i++) {
      guest.clock().advance(12_345);
      assertEquals(guest.pulse() - startPulse, i8253Read());
    }
  }

  private boolean pitVerifyMsb(int value) {
    guest.in(PIT_CH2);
    return guest.in(PIT_CH2) == value;
  }

  /** Ticks counted by the interrupt handler, and the pulses since the last. */
  private long i8253Read() {
    guest.out(PIT_MODE, 0x00);
    int count = guest.in(PIT_CH0);
    count |= guest.in(PIT_CH0) << 8;
    int sinceTick = PIT_LATCH - count;
    return (long) guest.line().risingEdges() * PIT_LATCH + sinceTick;
  }
}
