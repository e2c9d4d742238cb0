package org.kvm4j.devices.platform;

import java.time.LocalDateTime;

/**
 * How the calendar registers hold a time: two bits of register B.
 *
 * @param binary rather than BCD: RTC_DM_BINARY
 * @param hours24 rather than 1 to 12 with a bit for PM: RTC_24H
 */
record RtcFormat(boolean binary, boolean hours24) {

  // Calendar registers
  static final int RTC_SECONDS = 0;
  static final int RTC_MINUTES = 2;
  static final int RTC_HOURS = 4;
  static final int RTC_DAY_OF_WEEK = 6;
  static final int RTC_DAY_OF_MONTH = 7;
  static final int RTC_MONTH = 8;
  static final int RTC_YEAR = 9;

  /** Not in the chip: a byte of RAM that a PC keeps the century in, and the update maintains. */
  static final int RTC_CENTURY = 0x32;

  private static final int PM = 0x80;
  private static final int HOURS_OF_HALF_DAY = 12;

  static boolean isCalendar(int register) {
    return switch (register) {
      case RTC_SECONDS,
          RTC_MINUTES,
          RTC_HOURS,
          RTC_DAY_OF_WEEK,
          RTC_DAY_OF_MONTH,
          RTC_MONTH,
          RTC_YEAR,
          RTC_CENTURY ->
          true;
      default -> false;
    };
  }

  /** What a calendar register holds at a time. */
  int encode(int register, LocalDateTime time) {
    return switch (register) {
      case RTC_SECONDS -> encode(time.getSecond());
      case RTC_MINUTES -> encode(time.getMinute());
      case RTC_HOURS -> encodeHour(time.getHour());
      // Sunday is 1 here and 7 in ISO
      case RTC_DAY_OF_WEEK -> encode(time.getDayOfWeek().getValue() % 7 + 1);
      case RTC_DAY_OF_MONTH -> encode(time.getDayOfMonth());
      case RTC_MONTH -> encode(time.getMonthValue());
      case RTC_YEAR -> encode(Math.floorMod(time.getYear(), 100));
      case RTC_CENTURY -> encode(Math.floorDiv(time.getYear(), 100));
      default -> throw new IllegalArgumentException("register " + register + " is no calendar");
    };
  }

  /** A number, in BCD cut to two digits. */
  int encode(int value) {
    int digits = Math.floorMod(value, 100);
    return binary ? value & 0xff : (digits / 10) << 4 | digits % 10;
  }

  int encodeHour(int hour) {
    if (hours24) {
      return encode(hour);
    }
    int hour12 = hour % HOURS_OF_HALF_DAY == 0 ? HOURS_OF_HALF_DAY : hour % HOURS_OF_HALF_DAY;
    return encode(hour12) | (hour < HOURS_OF_HALF_DAY ? 0 : PM);
  }

  /** Puts a time into the calendar registers. */
  void store(LocalDateTime time, byte[] registers) {
    for (int register = 0; register < registers.length; register++) {
      if (isCalendar(register)) {
        registers[register] = (byte) encode(register, time);
      }
    }
  }

  /**
   * The time in the calendar registers, whatever they hold: 75 minutes are an hour and a quarter,
   * 31 February is 3 March, month 0 is the December before. The day of the week does not count.
   */
  LocalDateTime load(byte[] registers) {
    int year = decode(registers[RTC_CENTURY]) * 100 + decode(registers[RTC_YEAR]);
    return LocalDateTime.of(year, 1, 1, 0, 0)
        .plusMonths(decode(registers[RTC_MONTH]) - 1L)
        .plusDays(decode(registers[RTC_DAY_OF_MONTH]) - 1L)
        .plusHours(decodeHour(registers[RTC_HOURS]))
        .plusMinutes(decode(registers[RTC_MINUTES]))
        .plusSeconds(decode(registers[RTC_SECONDS]));
  }

  private int decode(byte register) {
    int value = Byte.toUnsignedInt(register);
    return binary ? value : (value >> 4) * 10 + (value & 0xf);
  }

  private int decodeHour(byte register) {
    if (hours24) {
      return decode(register);
    }
    int hour = decode((byte) (register & ~PM)) % HOURS_OF_HALF_DAY;
    return (register & PM) == 0 ? hour : hour + HOURS_OF_HALF_DAY;
  }
}
