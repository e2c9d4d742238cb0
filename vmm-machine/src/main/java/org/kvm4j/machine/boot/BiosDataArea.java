package org.kvm4j.machine.boot;

import org.kvm4j.GuestMemory;

/**
 * The two words of the BIOS data area by which a kernel finds the end of base memory, and so the MP
 * table. Phoenix System BIOS for IBM PCs, 40:0E and 40:13.
 */
final class BiosDataArea {

  private static final int EBDA_SEGMENT = 0x0e;
  private static final int BASE_MEMORY_KIB = 0x13;

  private BiosDataArea() {}

  static void write(GuestMemory memory) {
    long bda = MemoryLayout.BIOS_DATA_AREA.start();
    memory.writeShort(bda + EBDA_SEGMENT, (int) (MemoryLayout.EBDA.start() >> 4));
    memory.writeShort(bda + BASE_MEMORY_KIB, (int) (MemoryLayout.EBDA.start() >> 10));
  }
}
