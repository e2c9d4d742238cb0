package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.pit.PitGuest.BOTH_BYTES;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Modes 0, 1, 4 and 5 by the timing diagrams of the datasheet; LSB-only counts show 8 bits. */
class OneShotModesTest {

  private final PitGuest guest = new PitGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void mode0_setsOutHigh_onePulseMoreThanTheCountAfterTheWrite() {
    guest.gate(true);
    guest.start16(2, 0, 4);
    assertEquals("4L 3L 2L 1L 0H ffffH fffeH", guest.watch(2, 7));
  }

  @Test
  void mode0_holdsTheCount_whileTheGateIsLow() {
    guest.gate(true);
    guest.start16(2, 0, 3);
    assertEquals("3L 2L", guest.watch(2, 2));
    guest.gate(false);
    assertEquals("2L 2L", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("1L 0H ffffH", guest.watch(2, 3));
  }

  @Test
  void mode0_loadsButDoesNotCount_whenTheGateIsLowAtTheWrite() {
    guest.start16(2, 0, 3);
    assertEquals("3L 3L", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("2L 1L 0H", guest.watch(2, 3));
  }

  @Test
  void mode0_countsOnFromANewCount() {
    guest.gate(true);
    guest.start(2, 0, 3);
    assertEquals("3L 2L 1L", guest.watch(2, 3));
    guest.count(2, 2);
    assertEquals("2L 1L 0H ffH", guest.watch(2, 4));
  }

  @Test
  void mode0_stopsAndSetsOutLowAtOnce_onTheFirstByteOfTwo() {
    guest.gate(true);
    guest.start16(2, 0, 1);
    assertEquals("1L 0H ffffH", guest.watch(2, 3));
    guest.count(2, 2);
    assertFalse(guest.out2());
    assertEquals("ffffL ffffL", guest.watch(2, 2));
    guest.count(2, 0);
    assertEquals("2L 1L 0H", guest.watch(2, 3));
  }

  @Test
  void mode0_setsOutLow_onANewControlWord() {
    guest.gate(true);
    guest.start(2, 0, 1);
    guest.pulses(5);
    assertTrue(guest.out2());
    guest.mode(2, BOTH_BYTES, 0);
    assertFalse(guest.out2());
  }

  @Test
  void mode0_takesTheLaterCount_whenTwoAreWrittenWithinOnePulse() {
    guest.gate(true);
    guest.start(2, 0, 9);
    guest.count(2, 2);
    assertEquals("2L 1L 0H", guest.watch(2, 3));
  }

  @Test
  void mode1_waitsForATrigger_thenSetsOutLowForTheCount() {
    guest.start16(2, 1, 3);
    assertEquals("0H 0H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("3L 2L 1L 0H ffffH", guest.watch(2, 5));
    guest.trigger();
    assertEquals("3L 2L", guest.watch(2, 2));
  }

  @Test
  void mode1_startsAgain_onATriggerWithinThePulse() {
    guest.start16(2, 1, 3);
    guest.gate(true);
    assertEquals("3L 2L", guest.watch(2, 2));
    guest.gate(false);
    assertEquals("1L", guest.watch(2, 1));
    guest.gate(true);
    assertEquals("3L 2L 1L 0H", guest.watch(2, 4));
  }

  @Test
  void mode1_takesANewCount_onlyOnTheNextTrigger() {
    guest.start16(2, 1, 2);
    guest.gate(true);
    assertEquals("2L", guest.watch(2, 1));
    guest.count16(2, 4);
    assertEquals("1L 0H ffffH fffeH", guest.watch(2, 4));
    guest.trigger();
    assertEquals("4L 3L 2L 1L 0H", guest.watch(2, 5));
  }

  @Test
  void mode1_ignoresATrigger_beforeTheFirstCount() {
    guest.mode(2, BOTH_BYTES, 1);
    guest.trigger();
    guest.count16(2, 2);
    assertEquals("0H 0H", guest.watch(2, 2));
  }

  @Test
  void mode1_neverStarts_whereTheGateIsTiedHigh() {
    guest.start16(0, 1, 3);
    assertEquals("0H 0H 0H 0H 0H", guest.watch(0, 5));
  }

  @Test
  void mode4_strobesForOnePulse_onePulseMoreThanTheCountAfterTheWrite() {
    guest.gate(true);
    guest.start16(2, 4, 3);
    assertEquals("3H 2H 1H 0L ffffH fffeH", guest.watch(2, 6));
  }

  @Test
  void mode4_strobesOnlyOnce_thoughTheCountWrapsAround() {
    guest.gate(true);
    guest.start16(2, 4, 1);
    guest.pulses(2);
    assertEquals("0L", guest.look(2));
    guest.pulses(0x1_0000);
    assertEquals("0H", guest.look(2));
  }

  @Test
  void mode4_holdsTheCount_whileTheGateIsLow() {
    guest.start16(2, 4, 3);
    assertEquals("3H 3H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("2H", guest.watch(2, 1));
    guest.gate(false);
    assertEquals("2H 2H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("1H 0L ffffH", guest.watch(2, 3));
  }

  @Test
  void mode4_endsTheStrobe_thoughTheGateStopsTheCount() {
    guest.gate(true);
    guest.start16(2, 4, 1);
    assertEquals("1H 0L", guest.watch(2, 2));
    guest.gate(false);
    assertEquals("0L", guest.look(2));
    assertEquals("0H 0H", guest.watch(2, 2));
  }

  @Test
  void mode4_countsOnFromANewCount_notDisturbedByTheFirstByte() {
    guest.gate(true);
    guest.start16(2, 4, 4);
    assertEquals("4H 3H", guest.watch(2, 2));
    guest.count(2, 2);
    assertEquals("2H", guest.watch(2, 1));
    guest.count(2, 0);
    assertEquals("2H 1H 0L ffffH", guest.watch(2, 4));
  }

  @Test
  void mode5_strobes_whenTheCountHasRunOutAfterATrigger() {
    guest.start16(2, 5, 3);
    assertEquals("0H 0H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("3H 2H 1H 0L ffffH", guest.watch(2, 5));
  }

  @Test
  void mode5_goesOnCounting_whileTheGateIsLow() {
    guest.start16(2, 5, 2);
    guest.trigger();
    guest.gate(false);
    assertEquals("2H 1H 0L ffffH", guest.watch(2, 4));
  }

  @Test
  void mode5_startsAgain_onATrigger() {
    guest.start16(2, 5, 3);
    guest.gate(true);
    assertEquals("3H 2H", guest.watch(2, 2));
    guest.trigger();
    assertEquals("3H 2H 1H 0L ffffH", guest.watch(2, 5));
  }

  @Test
  void mode5_takesANewCount_onlyOnTheNextTrigger() {
    guest.start16(2, 5, 3);
    guest.gate(true);
    assertEquals("3H 2H", guest.watch(2, 2));
    guest.count16(2, 5);
    assertEquals("1H 0L ffffH", guest.watch(2, 3));
    guest.trigger();
    assertEquals("5H 4H", guest.watch(2, 2));
  }
}
