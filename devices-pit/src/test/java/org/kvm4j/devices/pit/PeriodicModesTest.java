package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.pit.PitGuest.BOTH_BYTES;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modes 2 and 3 by the timing diagrams and the text of the datasheet. */
class PeriodicModesTest {

  private final PitGuest guest = new PitGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6})
  void mode2_setsOutLow_forTheLastPulseOfEachPeriod(int mode) {
    guest.start16(0, mode, 3);
    assertEquals("3H 2H 1L 3H 2H 1L 3H", guest.watch(0, 7));
  }

  @Test
  void mode2_stopsOnALowGate_andStartsAFullPeriodWithItsRise() {
    guest.gate(true);
    guest.start16(2, 2, 3);
    assertEquals("3H 2H", guest.watch(2, 2));
    guest.gate(false);
    assertEquals("2H 2H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("3H 2H 1L 3H", guest.watch(2, 4));
  }

  @Test
  void mode2_setsOutHighAtOnce_whenTheGateFallsInTheLowPulse() {
    guest.gate(true);
    guest.start16(2, 2, 3);
    assertEquals("3H 2H 1L", guest.watch(2, 3));
    guest.gate(false);
    assertTrue(guest.out2());
  }

  @Test
  void mode2_takesANewCount_atTheEndOfThePeriod() {
    guest.start16(0, 2, 4);
    assertEquals("4H 3H", guest.watch(0, 2));
    guest.count16(0, 5);
    assertEquals("2H 1L 5H 4H 3H 2H 1L 5H", guest.watch(0, 8));
  }

  @Test
  void mode2_takesTheLatestOfSeveralNewCounts() {
    guest.start16(0, 2, 4);
    assertEquals("4H", guest.watch(0, 1));
    guest.count16(0, 9);
    assertEquals("3H", guest.watch(0, 1));
    guest.count16(0, 2);
    assertEquals("2H 1L 2H 1L 2H", guest.watch(0, 5));
  }

  @Test
  void mode2_goesOnWithTheOldCount_whileOnlyOneByteOfTheNewIsWritten() {
    guest.start16(0, 2, 2);
    guest.pulses(1);
    guest.count(0, 5);
    assertEquals("1L 2H 1L 2H 1L", guest.watch(0, 5));
    guest.count(0, 0);
    assertEquals("5H 4H", guest.watch(0, 2));
  }

  @Test
  void mode2_takesANewCountWithTheTrigger_whenOneComesBeforeTheEndOfThePeriod() {
    guest.gate(true);
    guest.start16(2, 2, 9);
    guest.pulses(2);
    guest.count16(2, 4);
    guest.trigger();
    assertEquals("4H 3H 2H 1L 4H", guest.watch(2, 5));
  }

  @Test
  void mode2_takesACountWrittenWhileTheGateIsLow_onlyWithTheTrigger() {
    guest.gate(true);
    guest.start16(2, 2, 3);
    guest.pulses(2);
    guest.gate(false);
    guest.count16(2, 5);
    assertEquals("2H 2H 2H", guest.watch(2, 3));
    guest.gate(true);
    assertEquals("5H 4H", guest.watch(2, 2));
  }

  @Test
  void mode2_loadsTheFirstCount_whileTheGateIsLow() {
    guest.start16(2, 2, 3);
    assertEquals("3H 3H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("3H 2H 1L", guest.watch(2, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 7})
  void mode3_countsAnEvenCountByTwo_inTwoEqualHalves(int mode) {
    guest.start16(0, mode, 4);
    assertEquals("4H 2H 4L 2L 4H 2H 4L", guest.watch(0, 7));
  }

  @Test
  void mode3_countsAnOddCountLessOne_withTheHighHalfOnePulseLonger() {
    guest.start16(0, 3, 5);
    assertEquals("4H 2H 0H 4L 2L 4H 2H 0H 4L 2L", guest.watch(0, 10));
  }

  @Test
  void mode3_countsThree_asTwoHighAndOneLow() {
    guest.start16(0, 3, 3);
    assertEquals("2H 0H 2L 2H 0H 2L", guest.watch(0, 6));
  }

  @Test
  void mode3_setsOutHighAtOnceOnALowGate_andStartsWithItsRise() {
    guest.gate(true);
    guest.start16(2, 3, 4);
    assertEquals("4H 2H 4L", guest.watch(2, 3));
    guest.gate(false);
    assertTrue(guest.out2());
    assertEquals("4H 4H", guest.watch(2, 2));
    guest.gate(true);
    assertEquals("4H 2H 4L 2L", guest.watch(2, 4));
  }

  @Test
  void mode3_takesANewCountWrittenInTheHighHalf_forTheLowHalf() {
    guest.start16(0, 3, 4);
    assertEquals("4H", guest.watch(0, 1));
    guest.count16(0, 6);
    assertEquals("2H 6L 4L 2L 6H 4H 2H 6L", guest.watch(0, 8));
  }

  @Test
  void mode3_takesANewCountWrittenInTheLowHalf_forTheHighHalf() {
    guest.start16(0, 3, 4);
    assertEquals("4H 2H 4L", guest.watch(0, 3));
    guest.count16(0, 5);
    assertEquals("2L 4H 2H 0H 4L 2L 4H", guest.watch(0, 7));
  }

  @Test
  void mode3_startsWithTheHighHalf_whenATriggerTakesTheNewCount() {
    guest.gate(true);
    guest.start16(2, 3, 8);
    guest.pulses(5);
    assertFalse(guest.out2());
    guest.count16(2, 4);
    guest.trigger();
    assertEquals("4H 2H 4L 2L", guest.watch(2, 4));
  }

  @Test
  void countOne_countsAsTwo() {
    guest.start16(0, 2, 1);
    assertEquals("2H 1L 2H 1L", guest.watch(0, 4));
    guest.start16(0, 3, 1);
    assertEquals("2H 2L 2H 2L", guest.watch(0, 4));
  }

  @Test
  void out_isHigh_fromTheControlWordOn() {
    guest.mode(2, BOTH_BYTES, 2);
    assertTrue(guest.out2());
    guest.mode(2, BOTH_BYTES, 3);
    assertTrue(guest.out2());
  }
}
