package com.example.thermometer;

/** Offsets and bits of the registers, as the datasheet names them. */
final class Reg {

  static final int ID = 0x00;
  static final int STATUS = 0x04;
  static final int CONTROL = 0x08;
  static final int TEMPERATURE = 0x0c;
  static final int HIGH_LIMIT = 0x10;
  static final int LOW_LIMIT = 0x14;
  static final int HYSTERESIS = 0x18;
  static final int INT_ENABLE = 0x1c;
  static final int INT_STATUS = 0x20;
  static final int SAMPLE_PERIOD = 0x24;

  /** The bytes of address space that the chip decodes. */
  static final int SIZE_BYTES = 0x40;

  static final int ID_VALUE = 0x4b4a0001;

  static final int CONTROL_ENABLE = 1 << 0;

  // STATUS, INT_ENABLE and INT_STATUS
  static final int READY = 1 << 0;
  static final int HIGH = 1 << 1;
  static final int LOW = 1 << 2;
  static final int CAUSES = READY | HIGH | LOW;

  static final int HYSTERESIS_MASK = 0xffff;
  static final int MIN_PERIOD_MILLIS = 10;
  static final int MAX_PERIOD_MILLIS = 60_000;

  private Reg() {}
}
