package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDateTime;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The search for the next alarm, against trying out every second of a day. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RtcAlarmTest {

  private static final int SECONDS_PER_DAY = 86_400;
  private static final int[] ALARM_REGISTERS = {5, 3, 1};
  private static final int[] CLOCK_REGISTERS = {4, 2, 0};

  RtcFormat[] formats() {
    return new RtcFormat[] {
      new RtcFormat(false, false),
      new RtcFormat(false, true),
      new RtcFormat(true, false),
      new RtcFormat(true, true)
    };
  }

  @ParameterizedTest
  @MethodSource("formats")
  void next_isTheFirstSecondWhoseRegistersMatch(RtcFormat format) {
    SplittableRandom random = new SplittableRandom(42);
    byte[][] day = dayOf(format);
    for (int round = 0; round < 200; round++) {
      byte[] registers = randomAlarm(random, day);
      long after = random.nextLong(-10L * SECONDS_PER_DAY, 10L * SECONDS_PER_DAY);

      assertEquals(firstMatch(registers, day, after), RtcAlarm.of(registers, format).next(after));
    }
  }

  @Test
  void codesFrom0xc0_meanAnyValue() {
    byte[] registers = {0, 0, 0, 0, 0, (byte) 0xc0};
    RtcFormat format = new RtcFormat(true, true);
    assertEquals(3600, RtcAlarm.of(registers, format).next(0));

    registers[5] = (byte) 0xbf;
    assertEquals(RtcAlarm.NONE, RtcAlarm.of(registers, format).next(0));
  }

  /** For the most part alarms that some second matches. */
  private static byte[] randomAlarm(SplittableRandom random, byte[][] day) {
    byte[] clock = day[random.nextInt(SECONDS_PER_DAY)];
    byte[] registers = new byte[6];
    for (int i = 0; i < 3; i++) {
      registers[ALARM_REGISTERS[i]] =
          switch (random.nextInt(12)) {
            case 0 -> (byte) random.nextInt(256);
            case 1, 2, 3, 4 -> (byte) (0xc0 | random.nextInt(0x40));
            default -> clock[i];
          };
    }
    return registers;
  }

  private static long firstMatch(byte[] registers, byte[][] day, long after) {
    for (long second = after + 1; second <= after + SECONDS_PER_DAY; second++) {
      byte[] clock = day[Math.floorMod(second, SECONDS_PER_DAY)];
      boolean matches = true;
      for (int i = 0; i < 3; i++) {
        byte alarm = registers[ALARM_REGISTERS[i]];
        matches &= Byte.toUnsignedInt(alarm) >= 0xc0 || alarm == clock[i];
      }
      if (matches) {
        return second;
      }
    }
    return RtcAlarm.NONE;
  }

  /** Hours, minutes and seconds as the clock shows them in every second of a day. */
  private static byte[][] dayOf(RtcFormat format) {
    byte[][] day = new byte[SECONDS_PER_DAY][3];
    for (int second = 0; second < SECONDS_PER_DAY; second++) {
      LocalDateTime time = LocalDateTime.of(2000, 1, 1, 0, 0).plusSeconds(second);
      for (int i = 0; i < 3; i++) {
        day[second][i] = (byte) format.encode(CLOCK_REGISTERS[i], time);
      }
    }
    return day;
  }
}
