package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.platform.RtcGuest.IRQ;
import static org.kvm4j.devices.platform.RtcGuest.RTC_24H;
import static org.kvm4j.devices.platform.RtcGuest.RTC_AF;
import static org.kvm4j.devices.platform.RtcGuest.RTC_AIE;
import static org.kvm4j.devices.platform.RtcGuest.RTC_DIV_RESET;
import static org.kvm4j.devices.platform.RtcGuest.RTC_DM_BINARY;
import static org.kvm4j.devices.platform.RtcGuest.RTC_IRQF;
import static org.kvm4j.devices.platform.RtcGuest.RTC_PF;
import static org.kvm4j.devices.platform.RtcGuest.RTC_PIE;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REF_CLCK_32KHZ;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_A;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_B;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_C;
import static org.kvm4j.devices.platform.RtcGuest.RTC_SET;
import static org.kvm4j.devices.platform.RtcGuest.RTC_UF;
import static org.kvm4j.devices.platform.RtcGuest.RTC_UIE;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Register C and the interrupt line; the VM's wall clock starts at 2023-11-25T14:37:08Z. */
final class RtcInterruptTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration NANO = Duration.ofNanos(1);

  private final RtcGuest guest = new RtcGuest();

  /** Without a periodic rate, so that PF is out of the way. */
  @BeforeEach
  void stopPeriodicRate() {
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void enable(int interrupts) {
    guest.write(RTC_REG_B, RTC_24H | interrupts);
  }

  private void assertNoTimer() {
    assertEquals(0, guest.machine().clock().armedTimers());
  }

  private void assertInterruptExactlyAfter(Duration delay) {
    guest.advance(delay.minus(NANO));
    assertFalse(guest.interrupted(), "too early");
    guest.advance(NANO);
    assertTrue(guest.interrupted(), "too late");
  }

  // Update-ended

  @Test
  void update_setsUf_withoutInterruptAndTimer_unlessEnabled() {
    assertEquals(0, guest.read(RTC_REG_C));
    guest.advance(SECOND);

    assertFalse(guest.interrupted());
    assertNoTimer();
    assertEquals(RTC_UF, guest.read(RTC_REG_C));
    assertEquals(0, guest.read(RTC_REG_C));
  }

  @Test
  void uie_interruptsAtEachUpdate() {
    enable(RTC_UIE);

    assertInterruptExactlyAfter(SECOND);
    assertEquals(RTC_IRQF | RTC_UF, guest.read(RTC_REG_C));
    assertFalse(guest.interrupted());

    assertInterruptExactlyAfter(SECOND);
    assertEquals(2, guest.machine().line(IRQ).risingEdges());
  }

  @Test
  void enablingUie_interruptsAtOnce_ifUfIsSet() {
    guest.advance(SECOND);

    enable(RTC_UIE);

    assertTrue(guest.interrupted());
  }

  @Test
  void disablingUie_lowersTheLine_andKeepsUf() {
    enable(RTC_UIE);
    guest.advance(SECOND);

    enable(0);

    assertFalse(guest.interrupted());
    assertEquals(RTC_UF, guest.read(RTC_REG_C));
  }

  @Test
  void set_clearsUie_andNoUpdateEnds() {
    enable(RTC_UIE);
    enable(RTC_SET | RTC_UIE);
    assertEquals(RTC_SET | RTC_24H, guest.read(RTC_REG_B));

    guest.advance(SECOND);
    assertEquals(0, guest.read(RTC_REG_C));
  }

  @Test
  void guestThatNeverReadsRegisterC_keepsNoTimerRunning() {
    enable(RTC_UIE);
    assertEquals(1, guest.machine().clock().armedTimers());

    guest.advance(SECOND);

    assertNoTimer();
  }

  @Test
  void updateInterrupt_followsTheDividersPhase() {
    guest.advance(Duration.ofMillis(250));
    guest.write(RTC_REG_A, RTC_DIV_RESET);
    enable(RTC_UIE);
    guest.advance(SECOND);
    assertFalse(guest.interrupted());

    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ);

    assertInterruptExactlyAfter(Duration.ofMillis(500));
  }

  // Periodic

  @ParameterizedTest
  @CsvSource({
    "1, 3906250",
    "2, 7812500",
    "3, 122071",
    "4, 244141",
    "5, 488282",
    "6, 976563",
    "7, 1953125",
    "8, 3906250",
    "9, 7812500",
    "10, 15625000",
    "11, 31250000",
    "12, 62500000",
    "13, 125000000",
    "14, 250000000",
    "15, 500000000"
  })
  void pie_interruptsAtTheSelectedRate(int rate, int nanos) {
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ | rate);
    enable(RTC_PIE);

    assertInterruptExactlyAfter(Duration.ofNanos(nanos));
    assertEquals(RTC_IRQF | RTC_PF, guest.read(RTC_REG_C));
    assertFalse(guest.interrupted());
  }

  @ParameterizedTest
  @CsvSource({"3, 8192", "6, 1024", "15, 2"})
  void periodicInterrupts_doNotDrift(int rate, int timesASecond) {
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ | rate);
    enable(RTC_PIE);

    int interrupts = 0;
    for (int i = 0; i < 10 * timesASecond; i++) {
      guest.advance(SECOND.dividedBy(timesASecond).plusNanos(1));
      interrupts += (guest.read(RTC_REG_C) & RTC_PF) != 0 ? 1 : 0;
    }

    assertEquals(10 * timesASecond, interrupts);
    assertEquals(10 * timesASecond, guest.machine().line(IRQ).risingEdges());
  }

  @Test
  void pf_isSetWithoutInterruptAndTimer_unlessEnabled() {
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ | 15);
    guest.advance(Duration.ofMillis(500));

    assertNoTimer();
    assertEquals(RTC_PF, guest.read(RTC_REG_C));
  }

  @Test
  void rate0_isNone() {
    enable(RTC_PIE);
    guest.advance(Duration.ofMillis(999));

    assertNoTimer();
    assertEquals(0, guest.read(RTC_REG_C));
  }

  @Test
  void set_leavesPeriodicInterruptsRunning() {
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ | 15);
    enable(RTC_SET | RTC_PIE);

    assertInterruptExactlyAfter(Duration.ofMillis(500));
  }

  @Test
  void dividerReset_stopsPeriodicInterrupts() {
    guest.write(RTC_REG_A, RTC_DIV_RESET | 15);
    enable(RTC_PIE);
    guest.advance(SECOND);

    assertNoTimer();
    assertEquals(0, guest.read(RTC_REG_C));
  }

  // Alarm

  @ParameterizedTest
  @CsvSource({
    "14:37:10, 2",
    "14:38:00, 52",
    "15:00:00, 1372",
    "14:37:08, 86400", // now: not before tomorrow
    "00:00:00, 33772",
    "ff:ff:ff, 1",
    "ff:ff:07, 59",
    "ff:00:00, 1372",
    "14:c0:09, 1",
    "03:ff:30, 44602",
  })
  void aie_interruptsAtTheTimeThatMatches(String alarm, int afterSeconds) {
    guest.setAlarm(alarm);
    enable(RTC_AIE);

    assertInterruptExactlyAfter(Duration.ofSeconds(afterSeconds));
    assertEquals(RTC_IRQF | RTC_AF | RTC_UF, guest.read(RTC_REG_C));
  }

  @Test
  void alarm_matchesInTwelveHourMode() {
    guest.setAlarm("83:00:00");
    guest.write(RTC_REG_B, RTC_AIE);

    assertInterruptExactlyAfter(Duration.ofSeconds(1372));
  }

  @Test
  void alarm_matchesInBinary() {
    guest.setAlarm("0e:26:00");
    guest.write(RTC_REG_B, RTC_24H | RTC_DM_BINARY | RTC_AIE);

    assertInterruptExactlyAfter(Duration.ofSeconds(52));
  }

  @ParameterizedTest
  @ValueSource(strings = {"24:00:00", "14:60:00", "ff:ff:7f", "1a:00:00", "94:00:00"})
  void alarmThatNoTimeMatches_neverComes_andArmsNoTimer(String alarm) {
    guest.setAlarm(alarm);
    enable(RTC_AIE);

    assertNoTimer();
    guest.advance(Duration.ofDays(2));
    assertEquals(RTC_UF, guest.read(RTC_REG_C));
  }

  @Test
  void alarm_setsAf_withoutInterruptAndTimer_unlessEnabled() {
    guest.setAlarm("14:37:10");
    guest.advance(Duration.ofSeconds(5));

    assertNoTimer();
    assertEquals(RTC_AF | RTC_UF, guest.read(RTC_REG_C));
  }

  @Test
  void alarmEverySecond_comesAgain_onceRegisterCWasRead() {
    guest.setAlarm("ff:ff:ff");
    enable(RTC_AIE);

    for (int i = 0; i < 3; i++) {
      assertInterruptExactlyAfter(SECOND);
      guest.read(RTC_REG_C);
    }
  }

  @Test
  void alarm_followsTheClockThatTheGuestSets() {
    guest.setClock("2030-01-01", "06:59:50");
    guest.setAlarm("07:00:00");
    enable(RTC_AIE);

    assertInterruptExactlyAfter(Duration.ofSeconds(10));
  }

  @Test
  void set_holdsTheAlarmBack() {
    guest.setAlarm("ff:ff:ff");
    enable(RTC_SET | RTC_AIE);
    guest.advance(SECOND);

    assertNoTimer();
    assertFalse(guest.interrupted());
  }

  /** Whoever sets the wall clock does not move the timers. */
  @Test
  void alarmThatASetWallClockSkips_comesWithinTenSeconds() {
    guest.setAlarm("15:00:00");
    enable(RTC_AIE);
    guest.advance(SECOND);

    guest.machine().clock().setWallClock(Instant.parse("2023-11-25T15:30:00Z"));
    guest.advance(Duration.ofSeconds(10));

    assertTrue(guest.interrupted());
  }

  @Test
  void wallClockSetBack_raisesNoFlags_andUpdatesGoOn() {
    guest.setAlarm("ff:ff:ff");
    guest.machine().clock().setWallClock(Instant.parse("2020-01-01T00:00:00Z"));
    assertEquals(0, guest.read(RTC_REG_C));

    guest.advance(SECOND);
    assertEquals(RTC_AF | RTC_UF, guest.read(RTC_REG_C));
  }

  // All together

  @Test
  void registerC_namesAllCauses_andIrqfOnlyForEnabledOnes() {
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ | 15);
    guest.setAlarm("ff:ff:ff");
    guest.advance(SECOND);
    enable(RTC_PIE);

    assertEquals(RTC_IRQF | RTC_PF | RTC_AF | RTC_UF, guest.read(RTC_REG_C));
  }

  @Test
  void irqOption_selectsTheLine() {
    try (RtcGuest other = new RtcGuest(Map.of("irq", "20"))) {
      other.write(RTC_REG_B, RTC_24H | RTC_UIE);
      other.advance(SECOND);

      assertTrue(other.machine().line(20).isHigh());
      assertFalse(other.machine().line(IRQ).isHigh());
    }
  }
}
