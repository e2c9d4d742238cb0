package org.kvm4j.devices.platform;

import java.util.function.IntUnaryOperator;

/**
 * The time of day that the three alarm registers stand for; each part is a number, {@link #ANY} or
 * {@link #NEVER}.
 */
record RtcAlarm(int hour, int minute, int second) {

  static final int RTC_SECONDS_ALARM = 1;
  static final int RTC_MINUTES_ALARM = 3;
  static final int RTC_HOURS_ALARM = 5;

  /** No second matches: one of the registers holds what a clock never shows. */
  static final long NONE = Long.MAX_VALUE;

  private static final int ANY = -1;
  private static final int NEVER = -2;

  /** Both high bits set, 0xc0 to 0xff: "don't care". */
  private static final int RTC_ALARM_DONT_CARE = 0xc0;

  private static final int SECONDS_PER_DAY = 86_400;

  static RtcAlarm of(byte[] registers, RtcFormat format) {
    return new RtcAlarm(
        part(registers[RTC_HOURS_ALARM], 24, format::encodeHour),
        part(registers[RTC_MINUTES_ALARM], 60, format::encode),
        part(registers[RTC_SECONDS_ALARM], 60, format::encode));
  }

  /** The first second after the given one that matches, both since 1970; or {@link #NONE}. */
  long next(long afterSecond) {
    if (hour == NEVER || minute == NEVER || second == NEVER) {
      return NONE;
    }
    long from = afterSecond + 1;
    int fromOfDay = Math.floorMod(from, SECONDS_PER_DAY);
    int fromHour = fromOfDay / 3600;
    int fromMinute = fromOfDay / 60 % 60;
    // At most to this hour of the next day. Every part can match, so the inner loops are short.
    for (int h = fromHour; h <= fromHour + 24; h++) {
      if (!matches(hour, h % 24)) {
        continue;
      }
      for (int m = h == fromHour ? fromMinute : 0; m < 60; m++) {
        if (!matches(minute, m)) {
          continue;
        }
        int firstSecond = h == fromHour && m == fromMinute ? fromOfDay % 60 : 0;
        int s = second == ANY ? firstSecond : second;
        if (s >= firstSecond) {
          return from - fromOfDay + h * 3600L + m * 60L + s;
        }
      }
    }
    return NONE;
  }

  private static boolean matches(int part, int value) {
    return part == ANY || part == value;
  }

  private static int part(byte register, int count, IntUnaryOperator encoding) {
    int wanted = Byte.toUnsignedInt(register);
    if (wanted >= RTC_ALARM_DONT_CARE) {
      return ANY;
    }
    for (int value = 0; value < count; value++) {
      if (encoding.applyAsInt(value) == wanted) {
        return value;
      }
    }
    return NEVER;
  }
}
