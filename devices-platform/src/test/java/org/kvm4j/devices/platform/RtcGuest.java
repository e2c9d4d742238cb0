package org.kvm4j.devices.platform;

import java.time.Duration;
import java.util.Map;
import org.kvm4j.testkit.MockMachine;

/** A guest with a real-time clock, which it reads and writes as an operating system does. */
final class RtcGuest implements AutoCloseable {

  static final int RTC_SECONDS = 0;
  static final int RTC_SECONDS_ALARM = 1;
  static final int RTC_MINUTES = 2;
  static final int RTC_MINUTES_ALARM = 3;
  static final int RTC_HOURS = 4;
  static final int RTC_HOURS_ALARM = 5;
  static final int RTC_DAY_OF_WEEK = 6;
  static final int RTC_DAY_OF_MONTH = 7;
  static final int RTC_MONTH = 8;
  static final int RTC_YEAR = 9;
  static final int RTC_REG_A = 10;
  static final int RTC_REG_B = 11;
  static final int RTC_REG_C = 12;
  static final int RTC_REG_D = 13;
  static final int RTC_CENTURY = 0x32;

  static final int RTC_UIP = 0x80;
  static final int RTC_REF_CLCK_32KHZ = 0x20;
  static final int RTC_DIV_RESET = 0x70;

  static final int RTC_SET = 0x80;
  static final int RTC_PIE = 0x40;
  static final int RTC_AIE = 0x20;
  static final int RTC_UIE = 0x10;
  static final int RTC_DM_BINARY = 0x04;
  static final int RTC_24H = 0x02;

  static final int RTC_IRQF = 0x80;
  static final int RTC_PF = 0x40;
  static final int RTC_AF = 0x20;
  static final int RTC_UF = 0x10;

  static final int ANY = 0xff;
  static final int IRQ = 8;

  private static final int INDEX_PORT = 0x70;
  private static final int DATA_PORT = 0x71;

  private final MockMachine machine;

  RtcGuest() {
    this(Map.of());
  }

  RtcGuest(Map<String, String> options) {
    machine = MockMachine.with(new RtcProvider(), options);
  }

  MockMachine machine() {
    return machine;
  }

  int read(int register) {
    machine.pio().writeByte(INDEX_PORT, register);
    return machine.pio().readByte(DATA_PORT);
  }

  void write(int register, int value) {
    machine.pio().writeByte(INDEX_PORT, register);
    machine.pio().writeByte(DATA_PORT, value);
  }

  /** The date and time as the registers show them, in hexadecimal: {@code 2023-11-25 14:37:08}. */
  String now() {
    return "%02x%02x-%02x-%02x %s"
        .formatted(
            read(RTC_CENTURY), read(RTC_YEAR), read(RTC_MONTH), read(RTC_DAY_OF_MONTH), time());
  }

  /** The time as the registers show it, in hexadecimal. */
  String time() {
    return "%02x:%02x:%02x".formatted(read(RTC_HOURS), read(RTC_MINUTES), read(RTC_SECONDS));
  }

  /** Sets the clock as the PC's firmware does: with SET held, BCD, 24 hours. */
  void setClock(String yearMonthDay, String time) {
    write(RTC_REG_B, RTC_SET | RTC_24H);
    int[] date = hex(yearMonthDay, "-");
    write(RTC_CENTURY, date[0] >> 8);
    write(RTC_YEAR, date[0] & 0xff);
    write(RTC_MONTH, date[1]);
    write(RTC_DAY_OF_MONTH, date[2]);
    setTime(time);
    write(RTC_REG_B, RTC_24H);
  }

  /** Writes hours, minutes and seconds, given in hexadecimal. */
  void setTime(String time) {
    int[] values = hex(time, ":");
    write(RTC_HOURS, values[0]);
    write(RTC_MINUTES, values[1]);
    write(RTC_SECONDS, values[2]);
  }

  /** Writes the alarm's hours, minutes and seconds, given in hexadecimal; {@code ff} is any. */
  void setAlarm(String time) {
    int[] values = hex(time, ":");
    write(RTC_HOURS_ALARM, values[0]);
    write(RTC_MINUTES_ALARM, values[1]);
    write(RTC_SECONDS_ALARM, values[2]);
  }

  void advance(Duration duration) {
    machine.clock().advance(duration.toNanos());
  }

  boolean interrupted() {
    return machine.line(IRQ).isHigh();
  }

  @Override
  public void close() {
    machine.close();
  }

  private static int[] hex(String text, String separator) {
    String[] parts = text.split(separator, -1);
    int[] values = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Integer.parseInt(parts[i], 16);
    }
    return values;
  }
}
