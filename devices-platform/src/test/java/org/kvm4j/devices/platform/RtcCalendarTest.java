package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.devices.platform.RtcGuest.RTC_24H;
import static org.kvm4j.devices.platform.RtcGuest.RTC_CENTURY;
import static org.kvm4j.devices.platform.RtcGuest.RTC_DAY_OF_MONTH;
import static org.kvm4j.devices.platform.RtcGuest.RTC_DAY_OF_WEEK;
import static org.kvm4j.devices.platform.RtcGuest.RTC_DIV_RESET;
import static org.kvm4j.devices.platform.RtcGuest.RTC_DM_BINARY;
import static org.kvm4j.devices.platform.RtcGuest.RTC_HOURS;
import static org.kvm4j.devices.platform.RtcGuest.RTC_MINUTES;
import static org.kvm4j.devices.platform.RtcGuest.RTC_MONTH;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REF_CLCK_32KHZ;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_A;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_B;
import static org.kvm4j.devices.platform.RtcGuest.RTC_SECONDS;
import static org.kvm4j.devices.platform.RtcGuest.RTC_SET;
import static org.kvm4j.devices.platform.RtcGuest.RTC_UIP;
import static org.kvm4j.devices.platform.RtcGuest.RTC_YEAR;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calendar registers; the VM's wall clock starts at 2023-11-25T14:37:08Z. */
final class RtcCalendarTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration NANO = Duration.ofNanos(1);

  private final RtcGuest guest = new RtcGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void calendar_showsUtc_inBcdAnd24Hours_atFirst() {
    assertEquals("2023-11-25 14:37:08", guest.now());
    assertEquals(7, guest.read(RTC_DAY_OF_WEEK)); // a Saturday
  }

  @Test
  void calendar_advancesEachSecond() {
    guest.advance(SECOND.minus(NANO));
    assertEquals("14:37:08", guest.time());

    guest.advance(NANO);
    assertEquals("14:37:09", guest.time());

    guest.advance(Duration.ofHours(10));
    assertEquals("2023-11-26 00:37:09", guest.now());
    assertEquals(1, guest.read(RTC_DAY_OF_WEEK));
  }

  @Test
  void binaryMode_showsBinary() {
    guest.write(RTC_REG_B, RTC_24H | RTC_DM_BINARY);

    assertEquals(8, guest.read(RTC_SECONDS));
    assertEquals(37, guest.read(RTC_MINUTES));
    assertEquals(14, guest.read(RTC_HOURS));
    assertEquals(25, guest.read(RTC_DAY_OF_MONTH));
    assertEquals(11, guest.read(RTC_MONTH));
    assertEquals(23, guest.read(RTC_YEAR));
    assertEquals(20, guest.read(RTC_CENTURY));
  }

  @ParameterizedTest
  @CsvSource({"00,12", "01,01", "11,11", "12,92", "13,81", "23,91"})
  void twelveHourMode_marksTheAfternoon(String hours24, String hours12) {
    guest.setClock("2024-02-28", hours24 + ":00:00");

    guest.write(RTC_REG_B, 0);

    assertEquals(Integer.parseInt(hours12, 16), guest.read(RTC_HOURS));
  }

  @ParameterizedTest
  @CsvSource({"00,12", "01,01", "11,11", "12,92", "13,81", "23,91"})
  void twelveHourMode_isUnderstood(String hours24, String hours12) {
    guest.write(RTC_REG_B, RTC_SET);
    guest.write(RTC_HOURS, Integer.parseInt(hours12, 16));
    guest.write(RTC_REG_B, 0);

    guest.write(RTC_REG_B, RTC_24H);

    assertEquals(Integer.parseInt(hours24, 16), guest.read(RTC_HOURS));
  }

  @Test
  void twelveHourMode_inBinary() {
    guest.write(RTC_REG_B, RTC_DM_BINARY);
    assertEquals(0x82, guest.read(RTC_HOURS));

    guest.write(RTC_HOURS, 0x8b);
    guest.write(RTC_REG_B, RTC_DM_BINARY | RTC_24H);

    assertEquals(23, guest.read(RTC_HOURS));
  }

  @ParameterizedTest
  @CsvSource({
    "1999-12-31, 2000-01-01",
    "2024-02-28, 2024-02-29",
    "2023-02-28, 2023-03-01",
    "2100-02-28, 2100-03-01",
    "9999-12-30, 9999-12-31",
  })
  void midnight_beginsTheNextDay(String day, String nextDay) {
    guest.setClock(day, "23:59:59");

    guest.advance(SECOND);

    assertEquals(nextDay + " 00:00:00", guest.now());
  }

  // SET and the divider

  @Test
  void set_freezesTheRegisters_andTimeGoesOnFromThem() {
    guest.write(RTC_REG_B, RTC_SET | RTC_24H);
    guest.advance(Duration.ofMinutes(5));
    assertEquals("2023-11-25 14:37:08", guest.now());

    guest.write(RTC_REG_B, RTC_24H);
    assertEquals("2023-11-25 14:37:08", guest.now());

    guest.advance(SECOND);
    assertEquals("2023-11-25 14:37:09", guest.now());
  }

  @Test
  void set_leavesTheDividerRunning_soThatSecondsKeepTheirPhase() {
    guest.advance(Duration.ofMillis(700));
    guest.setClock("2030-01-01", "12:00:00");

    guest.advance(Duration.ofMillis(300).minus(NANO));
    assertEquals("12:00:00", guest.time());

    guest.advance(NANO);
    assertEquals("12:00:01", guest.time());
  }

  @Test
  void frozenRegisters_holdWhatIsWritten() {
    guest.write(RTC_REG_B, RTC_SET | RTC_24H);
    guest.write(RTC_MONTH, 0x77);
    guest.write(RTC_DAY_OF_WEEK, 3);

    assertEquals(0x77, guest.read(RTC_MONTH));
    assertEquals(3, guest.read(RTC_DAY_OF_WEEK));
  }

  @Test
  void changingTheFormatTogetherWithSet_leavesTheRegistersAsTheyWere() {
    guest.write(RTC_REG_B, RTC_SET | RTC_DM_BINARY);

    assertEquals("2023-11-25 14:37:08", guest.now());
  }

  @Test
  void dateThatWasSet_isKeptAsAnOffset_toTheWallClock() {
    guest.setClock("1985-10-26", "01:21:00");

    Instant afterAPause = Instant.ofEpochMilli(guest.machine().clock().epochMillis());
    guest.machine().clock().setWallClock(afterAPause.plus(Duration.ofDays(1)));

    assertEquals("1985-10-27 01:21:00", guest.now());
  }

  @Test
  void wallClockThatIsSetBack_isFollowed() {
    guest.machine().clock().setWallClock(Instant.parse("1969-12-31T23:59:58Z"));
    assertEquals("1969-12-31 23:59:58", guest.now());

    guest.advance(SECOND.multipliedBy(2));
    assertEquals("1970-01-01 00:00:00", guest.now());
  }

  @Test
  void dividerReset_stopsTheClock_andTheFirstUpdateComesHalfASecondAfterItsEnd() {
    guest.advance(Duration.ofMillis(123));
    guest.write(RTC_REG_A, RTC_DIV_RESET);
    guest.advance(Duration.ofSeconds(10));
    assertEquals("14:37:08", guest.time());

    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ);
    guest.advance(Duration.ofMillis(500).minus(NANO));
    assertEquals("14:37:08", guest.time());

    guest.advance(NANO);
    assertEquals("14:37:09", guest.time());
    guest.advance(SECOND.minus(NANO));
    assertEquals("14:37:09", guest.time());
  }

  /** The order in which Linux's mc146818_set_time goes about it. */
  @Test
  void settingWithTheDividerReset_startsTheNewTimeHalfASecondBeforeItsUpdate() {
    guest.advance(Duration.ofMillis(900));
    guest.write(RTC_REG_B, RTC_SET | RTC_24H);
    guest.write(RTC_REG_A, RTC_DIV_RESET | 6);
    guest.setTime("23:59:59");
    guest.write(RTC_REG_B, RTC_24H);
    guest.write(RTC_REG_A, RTC_REF_CLCK_32KHZ | 6);

    guest.advance(Duration.ofMillis(499));
    assertEquals("2023-11-25 23:59:59", guest.now());

    guest.advance(Duration.ofMillis(1));
    assertEquals("2023-11-26 00:00:00", guest.now());
  }

  @Test
  void writingARunningClock_takesEffectAtOnce() {
    guest.write(RTC_MINUTES, 0x59);
    assertEquals("14:59:08", guest.time());

    guest.advance(SECOND.multipliedBy(52));
    assertEquals("15:00:00", guest.time());
  }

  @ParameterizedTest
  @CsvSource({
    "0x02, 0x75, 2023-11-25 15:15:08", // minute 75
    "0x04, 0x24, 2023-11-26 00:37:08", // hour 24
    "0x08, 0x00, 2022-12-25 14:37:08", // month 0
    "0x07, 0x31, 2023-12-01 14:37:08", // 31 November
    "0x00, 0xff, 2023-11-25 14:39:45", // second 165
  })
  void valuesNoClockShows_countOn(String register, String value, String expected) {
    guest.write(Integer.decode(register), Integer.decode(value));

    assertEquals(expected, guest.now());
  }

  // Update in progress

  @Test
  void uip_isSet244MicrosecondsBeforeTheUpdate() {
    guest.advance(SECOND.minusNanos(244_141));
    assertEquals(0, guest.read(RTC_REG_A) & RTC_UIP);

    guest.advance(NANO);
    assertEquals(RTC_UIP, guest.read(RTC_REG_A) & RTC_UIP);

    guest.advance(Duration.ofNanos(244_139));
    assertEquals(RTC_UIP, guest.read(RTC_REG_A) & RTC_UIP);

    guest.advance(NANO);
    assertEquals(0, guest.read(RTC_REG_A) & RTC_UIP);
    assertEquals("14:37:09", guest.time());
  }

  @Test
  void uip_staysClear_whileTheClockIsStopped() {
    guest.advance(SECOND.minus(NANO));

    guest.write(RTC_REG_B, RTC_SET | RTC_24H);
    assertEquals(0, guest.read(RTC_REG_A) & RTC_UIP);

    guest.write(RTC_REG_B, RTC_24H);
    guest.write(RTC_REG_A, RTC_DIV_RESET);
    assertEquals(0, guest.read(RTC_REG_A) & RTC_UIP);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x10, 0x20})
  void everyCrystalSelection_runs(int divider) {
    guest.write(RTC_REG_A, divider);
    guest.advance(SECOND);

    assertEquals("14:37:09", guest.time());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x30, 0x40, 0x50, 0x60, 0x70})
  void everyOtherSelection_stops(int divider) {
    guest.write(RTC_REG_A, divider);
    guest.advance(SECOND);

    assertEquals("14:37:08", guest.time());
  }
}
