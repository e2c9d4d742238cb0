package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.pit.PitGuest.BOTH_BYTES;
import static org.kvm4j.devices.pit.PitGuest.nanosOf;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the interrupt controller sees of counter 0. */
class InterruptTest {

  private final PitGuest guest = new PitGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void line_isLow_beforeTheCounterIsProgrammed() {
    guest.pulses(100_000);
    assertFalse(guest.line().isHigh());
    assertEquals(0, guest.line().edges());
  }

  @Test
  void mode0_raisesTheLine_inTheNanosecondOfTerminalCount() {
    guest.start16(0, 0, 1000);
    long terminalCount = nanosOf(guest.pulse() + 1001);
    guest.clock().advanceTo(terminalCount - 1);
    assertFalse(guest.line().isHigh());
    guest.clock().advanceTo(terminalCount);
    assertTrue(guest.line().isHigh());
    guest.pulses(200_000);
    assertEquals(1, guest.line().edges());
  }

  @Test
  void mode0_lowersTheLine_withTheNextCount() {
    guest.start16(0, 0, 10);
    guest.pulses(11);
    guest.count(0, 10);
    assertFalse(guest.line().isHigh());
  }

  @Test
  void mode2_givesOneRisingEdgeEachPeriod_atItsEnd() {
    guest.start16(0, 2, 1000);
    long load = guest.pulse() + 1;
    guest.line().clearEdges();
    for (int period = 1; period <= 50; period++) {
      guest.clock().advanceTo(nanosOf(load + 1000L * period) - 1);
      assertEquals(period - 1, guest.line().risingEdges());
      guest.clock().advanceTo(nanosOf(load + 1000L * period));
      assertEquals(period, guest.line().risingEdges());
      assertTrue(guest.line().isHigh());
    }
  }

  @Test
  void mode2_arms_oneTimerAPeriod() {
    guest.start16(0, 2, 1000);
    guest.line().clearEdges();
    guest.pulses(10_001);
    assertEquals(20, guest.line().edges(), "low and high at the end of each period");
    assertEquals(1, guest.clock().armedTimers());
  }

  @Test
  void accessWithinTheStrobe_showsTheLineLow_andTheEdgeIsCountedOnce() {
    guest.start16(0, 2, 1000);
    guest.line().clearEdges();
    guest.pulses(1000);
    guest.in(0x40);
    assertFalse(guest.line().isHigh());
    guest.pulses(1);
    assertTrue(guest.line().isHigh());
    assertEquals(1, guest.line().risingEdges());
  }

  @Test
  void controlWordWithinTheStrobe_endsItWithAnEdge() {
    guest.start16(0, 2, 1000);
    guest.line().clearEdges();
    guest.pulses(1000);
    guest.mode(0, BOTH_BYTES, 2);
    assertTrue(guest.line().isHigh());
    assertEquals(1, guest.line().risingEdges());
  }

  @Test
  void mode3_followsBothHalves() {
    guest.start16(0, 3, 1001);
    long load = guest.pulse() + 1;
    guest.line().clearEdges();
    guest.clock().advanceTo(nanosOf(load + 501) - 1);
    assertTrue(guest.line().isHigh());
    guest.clock().advanceTo(nanosOf(load + 501));
    assertFalse(guest.line().isHigh());
    guest.clock().advanceTo(nanosOf(load + 1001) - 1);
    assertFalse(guest.line().isHigh());
    guest.clock().advanceTo(nanosOf(load + 1001));
    assertTrue(guest.line().isHigh());
    assertEquals(2, guest.line().edges());
  }

  @Test
  void mode3_keepsTheEdgesInPlace_whenANewCountTakesOverAfterAHalf() {
    guest.start16(0, 3, 1000);
    long load = guest.pulse() + 1;
    guest.line().clearEdges();
    guest.pulses(101);
    guest.count16(0, 2000);
    guest.clock().advanceTo(nanosOf(load + 500));
    assertFalse(guest.line().isHigh());
    guest.clock().advanceTo(nanosOf(load + 1500) - 1);
    assertFalse(guest.line().isHigh());
    guest.clock().advanceTo(nanosOf(load + 1500));
    assertTrue(guest.line().isHigh());
    assertEquals(1, guest.line().risingEdges());
  }

  @Test
  void mode4_interruptsOnce_atTheEndOfTheStrobe() {
    guest.start16(0, 4, 1000);
    long strobe = guest.pulse() + 1001;
    guest.line().clearEdges();
    guest.clock().advanceTo(nanosOf(strobe + 1) - 1);
    assertEquals(0, guest.line().risingEdges());
    guest.clock().advanceTo(nanosOf(strobe + 1));
    assertEquals(1, guest.line().risingEdges());
    guest.pulses(200_000);
    assertEquals(1, guest.line().risingEdges());
    assertEquals(0, guest.clock().armedTimers());
  }

  @Test
  void mode4_interruptsOnce_thoughTheGuestLooksWithinTheStrobe() {
    guest.start16(0, 4, 1000);
    guest.line().clearEdges();
    guest.pulses(1001);
    assertEquals("0L", guest.look(0));
    assertFalse(guest.line().isHigh());
    guest.pulses(1);
    assertTrue(guest.line().isHigh());
    assertEquals(1, guest.line().risingEdges());
  }

  @Test
  void newCountBeforeTheStrobe_postponesTheInterrupt() {
    guest.start16(0, 4, 1000);
    guest.line().clearEdges();
    guest.pulses(900);
    guest.count16(0, 1000);
    guest.pulses(1001);
    assertEquals(0, guest.line().risingEdges());
    guest.pulses(1);
    assertEquals(1, guest.line().risingEdges());
  }

  @Test
  void newPeriod_startsAtTheEndOfTheOld() {
    guest.start16(0, 2, 1000);
    long load = guest.pulse() + 1;
    guest.line().clearEdges();
    guest.pulses(500);
    guest.count16(0, 3000);
    guest.clock().advanceTo(nanosOf(load + 1000));
    assertEquals(1, guest.line().risingEdges());
    guest.clock().advanceTo(nanosOf(load + 4000) - 1);
    assertEquals(1, guest.line().risingEdges());
    guest.clock().advanceTo(nanosOf(load + 4000));
    assertEquals(2, guest.line().risingEdges());
  }

  @Test
  void controlWordForMode2_raisesALineThatMode0HeldLow() {
    guest.mode(0, BOTH_BYTES, 0);
    guest.line().clearEdges();
    guest.mode(0, BOTH_BYTES, 2);
    assertTrue(guest.line().isHigh());
    assertEquals(1, guest.line().risingEdges());
  }

  @Test
  void controlWordForMode0_silencesAPeriodicCounter() {
    guest.start16(0, 2, 1000);
    guest.pulses(5000);
    guest.mode(0, BOTH_BYTES, 0);
    guest.line().clearEdges();
    guest.pulses(1_000_000);
    assertFalse(guest.line().isHigh());
    assertEquals(0, guest.line().edges());
  }

  @Test
  void anHourOfTicks_loseNotOne() {
    guest.start16(0, 2, 0);
    long load = guest.pulse() + 1;
    guest.line().clearEdges();
    guest.clock().advance(Duration.ofHours(1).toNanos());
    assertEquals((guest.pulse() - load) / 65_536, guest.line().risingEdges());
    assertTrue(guest.line().risingEdges() > 65_000);
  }

  @Test
  void aYearOfSilentCounting_doesNotDrift() {
    guest.gate(true);
    guest.start16(2, 2, 11_932);
    long load = guest.pulse() + 1;
    for (int day = 0; day < 366; day++) {
      guest.clock().advance(Duration.ofDays(1).toNanos() + 1_234_567L * day);
      long inPeriod = (guest.pulse() - load) % 11_932;
      assertEquals(Long.toHexString(11_932 - inPeriod) + "H", guest.look(2));
    }
  }

  @Test
  void shortPeriod_wakesTheHostNoMoreThanEvery200Microseconds() {
    guest.start16(0, 2, 2);
    guest.line().clearEdges();
    guest.clock().advance(Duration.ofSeconds(1).toNanos());
    assertTrue(guest.line().risingEdges() <= 5000, guest.line()::toString);
    assertTrue(guest.line().risingEdges() >= 4900, guest.line()::toString);
  }

  @Test
  void shortSquareWave_wakesTheHostNoMoreThanEvery200Microseconds() {
    guest.start16(0, 3, 3);
    guest.line().clearEdges();
    guest.clock().advance(Duration.ofSeconds(1).toNanos());
    assertTrue(guest.line().risingEdges() <= 5000, guest.line()::toString);
    assertTrue(guest.line().risingEdges() >= 4900, guest.line()::toString);
  }

  @Test
  void shortOneShot_isOnTime_howeverSoonAfterAnother() {
    for (int i = 1; i <= 10; i++) {
      guest.start16(0, 4, 15);
      guest.line().clearEdges();
      guest.pulses(16);
      assertEquals(0, guest.line().risingEdges());
      guest.pulses(1);
      assertEquals(1, guest.line().risingEdges());
    }
  }
}
