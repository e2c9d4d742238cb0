package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.devices.pit.PitGuest.BCD;
import static org.kvm4j.devices.pit.PitGuest.BOTH_BYTES;
import static org.kvm4j.devices.pit.PitGuest.CONTROL;
import static org.kvm4j.devices.pit.PitGuest.LSB_ONLY;
import static org.kvm4j.devices.pit.PitGuest.MSB_ONLY;
import static org.kvm4j.devices.pit.PitGuest.READ_BACK_BOTH;
import static org.kvm4j.devices.pit.PitGuest.READ_BACK_COUNT;
import static org.kvm4j.devices.pit.PitGuest.READ_BACK_STATUS;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes, latches, read-back and BCD. */
class CounterAccessTest {

  private static final int LATCH = 0x00;
  private static final int STATUS_OUT = 0x80;
  private static final int STATUS_NULL_COUNT = 0x40;

  private final PitGuest guest = new PitGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void leastSignificantByteOnly_leavesTheOtherZero() {
    guest.mode(0, LSB_ONLY, 2);
    guest.count(0, 0x34);
    guest.pulses(1);
    assertEquals(0x34, guest.in(0x40));
    assertEquals(0x34, guest.in(0x40));
    guest.pulses(0x34);
    assertEquals(0x34, guest.in(0x40), "a period later");
  }

  @Test
  void mostSignificantByteOnly_leavesTheOtherZero() {
    guest.mode(0, MSB_ONLY, 2);
    guest.count(0, 0x12);
    guest.pulses(1);
    assertEquals(0x12, guest.in(0x40));
    guest.pulses(1);
    assertEquals(0x11, guest.in(0x40));
    guest.pulses(0x11ff);
    assertEquals(0x12, guest.in(0x40), "a period later");
  }

  @Test
  void bothBytes_areReadAlternately_eachAsCeIsThen() {
    guest.start16(0, 2, 0x1200);
    guest.pulses(1);
    assertEquals(0x00, guest.in(0x40));
    guest.pulses(1);
    assertEquals(0x11, guest.in(0x40));
    assertEquals(0xff, guest.in(0x40));
    assertEquals(0x11, guest.in(0x40));
  }

  @Test
  void controlWord_startsBothFlipFlopsAgain() {
    guest.start16(0, 2, 0x1234);
    guest.in(0x40);
    guest.count(0, 0x99);
    guest.start16(0, 2, 0x5678);
    guest.pulses(1);
    assertEquals(0x5678, guest.in16(0));
  }

  @Test
  void flipFlopsOfReadingAndWriting_areIndependent() {
    guest.start16(0, 2, 0x1234);
    guest.pulses(1);
    assertEquals(0x34, guest.in(0x40));
    guest.count(0, 0x78);
    assertEquals(0x12, guest.in(0x40));
    guest.count(0, 0x56);
    guest.pulses(0x1234);
    assertEquals(0x5678, guest.in16(0));
  }

  @Test
  void countZero_countsAs65536() {
    guest.start16(0, 2, 0);
    guest.pulses(1);
    assertEquals("0H", guest.look(0));
    guest.pulses(0xffff);
    assertEquals("1L", guest.look(0));
    assertEquals("0H", guest.watch(0, 1));
  }

  @Test
  void latch_holdsTheCountUntilItIsRead_whileTheCounterGoesOn() {
    guest.start16(0, 2, 0x1000);
    guest.pulses(0x11);
    guest.out(CONTROL, LATCH);
    guest.pulses(0x100);
    assertEquals(0x0ff0, guest.in16(0));
    assertEquals(0x0ef0, guest.in16(0));
  }

  @Test
  void secondLatch_isIgnored_whileTheFirstWaits() {
    guest.start16(0, 2, 0x1000);
    guest.pulses(1);
    guest.out(CONTROL, LATCH);
    guest.pulses(1);
    guest.out(CONTROL, LATCH);
    assertEquals(0x00, guest.in(0x40));
    guest.out(CONTROL, LATCH);
    assertEquals(0x10, guest.in(0x40));
    assertEquals(0x0fff, guest.in16(0));
  }

  @Test
  void latchOfOneByte_isReleasedByOneRead() {
    guest.start(0, 2, 0x80);
    guest.pulses(1);
    guest.out(CONTROL, LATCH);
    guest.pulses(2);
    assertEquals(0x80, guest.in(0x40));
    assertEquals(0x7e, guest.in(0x40));
  }

  @Test
  void latch_isForItsCounterOnly() {
    guest.start16(0, 2, 0x1000);
    guest.start16(1, 2, 0x1000);
    guest.pulses(1);
    guest.out(CONTROL, 1 << 6 | LATCH);
    guest.pulses(1);
    assertEquals(0x0fff, guest.in16(0));
    assertEquals(0x1000, guest.in16(1));
  }

  @Test
  void controlWord_forgetsLatchedCountAndStatus() {
    guest.start16(0, 2, 0x1000);
    guest.pulses(1);
    guest.out(CONTROL, READ_BACK_BOTH | 0x02);
    guest.start16(0, 2, 0x2000);
    guest.pulses(1);
    assertEquals(0x2000, guest.in16(0));
  }

  @Test
  void readBack_latchesTheCountsOfSeveralCountersAtOnce() {
    guest.gate(true);
    guest.start16(0, 2, 0x1000);
    guest.start16(1, 2, 0x2000);
    guest.start16(2, 2, 0x3000);
    guest.pulses(1);
    guest.out(CONTROL, READ_BACK_COUNT | 0x0a);
    guest.pulses(1);
    assertEquals(0x1000, guest.in16(0));
    assertEquals(0x1fff, guest.in16(1), "not selected");
    assertEquals(0x3000, guest.in16(2));
  }

  @Test
  void readBackOfBoth_givesTheStatusFirst_thenTheCount() {
    guest.start16(0, 2, 0x1000);
    guest.pulses(1);
    guest.out(CONTROL, READ_BACK_BOTH | 0x02);
    guest.pulses(5);
    assertEquals(STATUS_OUT | BOTH_BYTES | 2 << 1, guest.in(0x40));
    assertEquals(0x1000, guest.in16(0));
  }

  @Test
  void statusLatchedAfterTheCount_isReadBeforeIt() {
    guest.start16(0, 2, 0x1000);
    guest.pulses(1);
    guest.out(CONTROL, READ_BACK_COUNT | 0x02);
    guest.out(CONTROL, READ_BACK_STATUS | 0x02);
    assertEquals(STATUS_OUT | BOTH_BYTES | 2 << 1, guest.in(0x40));
    assertEquals(0x1000, guest.in16(0));
  }

  @Test
  void readBackOfNeither_latchesNothing() {
    guest.start16(0, 2, 0x1000);
    guest.pulses(1);
    guest.out(CONTROL, READ_BACK_COUNT | READ_BACK_STATUS | 0x0e);
    guest.pulses(1);
    assertEquals(0x0fff, guest.in16(0));
  }

  @Test
  void status_keepsWhatWasLatchedFirst() {
    guest.start16(0, 0, 2);
    guest.out(CONTROL, READ_BACK_STATUS | 0x02);
    guest.pulses(10);
    guest.out(CONTROL, READ_BACK_STATUS | 0x02);
    assertEquals(STATUS_NULL_COUNT | BOTH_BYTES, guest.in(0x40));
    assertEquals(STATUS_OUT | BOTH_BYTES, guest.status(0));
  }

  @Test
  void status_showsTheControlWordAsWritten() {
    guest.out(CONTROL, 1 << 6 | MSB_ONLY | 7 << 1 | BCD);
    assertEquals(MSB_ONLY | 7 << 1 | BCD, guest.status(1) & 0x3f);
  }

  @Test
  void nullCount_isSetByControlWordAndCount_andClearedByTheLoad() {
    guest.mode(0, BOTH_BYTES, 2);
    assertEquals(STATUS_NULL_COUNT, guest.status(0) & STATUS_NULL_COUNT);
    guest.count16(0, 8);
    assertEquals(STATUS_NULL_COUNT, guest.status(0) & STATUS_NULL_COUNT);
    guest.pulses(1);
    assertEquals(0, guest.status(0) & STATUS_NULL_COUNT);

    guest.count(0, 4);
    assertEquals(0, guest.status(0) & STATUS_NULL_COUNT, "first byte of two");
    guest.count(0, 0);
    assertEquals(STATUS_NULL_COUNT, guest.status(0) & STATUS_NULL_COUNT);
    guest.pulses(7);
    assertEquals(STATUS_NULL_COUNT, guest.status(0) & STATUS_NULL_COUNT, "last of the period");
    guest.pulses(1);
    assertEquals(0, guest.status(0) & STATUS_NULL_COUNT);
  }

  @Test
  void nullCount_staysSetUntilTheTrigger_inMode1() {
    guest.start16(2, 1, 8);
    guest.pulses(9);
    assertEquals(STATUS_NULL_COUNT, guest.status(2) & STATUS_NULL_COUNT);
    guest.trigger();
    guest.pulses(1);
    assertEquals(0, guest.status(2) & STATUS_NULL_COUNT);
  }

  @Test
  void bcd_countsDownInDecimal_andWrapsTo9999() {
    guest.out(CONTROL, BOTH_BYTES | BCD);
    guest.count16(0, 0x1001);
    assertEquals("1001L 1000L 999L", guest.watch(0, 3));
    guest.pulses(997);
    assertEquals("2L", guest.look(0));
    assertEquals("1L 0H 9999H 9998H", guest.watch(0, 4));
  }

  @Test
  void bcdCountZero_countsAs10000() {
    guest.out(CONTROL, BOTH_BYTES | 2 << 1 | BCD);
    guest.count16(0, 0);
    assertEquals("0H 9999H", guest.watch(0, 2));
    guest.pulses(9998);
    assertEquals("1L", guest.look(0));
    assertEquals("0H", guest.watch(0, 1));
  }

  @Test
  void bcdOddSquareWave_countsByTwoInDecimal() {
    guest.out(CONTROL, LSB_ONLY | 3 << 1 | BCD);
    guest.count(0, 0x11);
    assertEquals("10H 8H 6H 4H 2H 0H 10L 8L 6L 4L 2L 10H", guest.watch(0, 12));
  }

  @Test
  void digitAboveNine_countsByItsPlace() {
    guest.out(CONTROL, LSB_ONLY | BCD);
    guest.count(0, 0x1f);
    assertEquals("25L 24L", guest.watch(0, 2));
  }

  @Test
  void controlWordRegister_readsAllOnes() {
    assertEquals(0xff, guest.in(CONTROL));
  }

  @Test
  void wideAccess_isSplitOverThePorts() {
    guest.start(0, 2, 0x55);
    guest.start(1, 2, 0x66);
    guest.pulses(1);
    assertEquals(0x6655, guest.machine().pio().read(0x40, 2));
  }

  @Test
  void counterNeverProgrammed_readsZeroWithOutLow() {
    assertEquals("0L 0L", guest.watch(1, 2));
  }
}
