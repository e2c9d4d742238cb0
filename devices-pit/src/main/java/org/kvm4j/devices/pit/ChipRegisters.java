package org.kvm4j.devices.pit;

/** The 8-bit registers of a chip, at a CLK pulse. */
interface ChipRegisters {

  int read(int offset, long now);

  /** Writes 0 to 0xff. */
  void write(int offset, int value, long now);
}
