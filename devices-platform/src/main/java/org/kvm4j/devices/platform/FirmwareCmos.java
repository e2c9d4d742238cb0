package org.kvm4j.devices.platform;

/** The bytes of CMOS RAM in which a PC's set-up leaves what the machine has. */
final class FirmwareCmos {

  /** What the machine is equipped with: no floppy disk, no display. */
  private static final int EQUIPMENT = 0x14;

  private static final int EQUIPMENT_FPU = 0x02;

  /** Up to 640 KiB, in KiB. */
  private static final int BASE_MEMORY = 0x15;

  /** From 1 MiB, in KiB; in two places. */
  private static final int EXTENDED_MEMORY = 0x17;

  private static final int EXTENDED_MEMORY_FOUND = 0x30;

  /** From 16 MiB up to 4 GiB, in 64 KiB. */
  private static final int MEMORY_ABOVE_16M = 0x34;

  /** From 4 GiB, in 64 KiB; three bytes. */
  private static final int MEMORY_ABOVE_4G = 0x5b;

  /** How many CPUs there are besides the first: SeaBIOS waits until it has seen so many. */
  private static final int SMP_COUNT = 0x5f;

  /** The sum of the bytes from {@link #SUMMED_FIRST} on, its high byte first. */
  private static final int CHECKSUM = 0x2e;

  private static final int SUMMED_FIRST = 0x10;

  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  private FirmwareCmos() {}

  /**
   * Fills the bytes in; what does not fit a field is cut to the field's greatest value.
   *
   * @param cpus 1 to 256
   */
  static void store(byte[] cmos, long bytesBelow4g, long bytesAbove4g, int cpus) {
    cmos[EQUIPMENT] = EQUIPMENT_FPU;
    put(cmos, BASE_MEMORY, 2, Math.min(bytesBelow4g, 640 * KIB) / KIB);
    put(cmos, EXTENDED_MEMORY, 2, (bytesBelow4g - MIB) / KIB);
    put(cmos, EXTENDED_MEMORY_FOUND, 2, (bytesBelow4g - MIB) / KIB);
    put(cmos, MEMORY_ABOVE_16M, 2, (bytesBelow4g - 16 * MIB) / (64 * KIB));
    put(cmos, MEMORY_ABOVE_4G, 3, bytesAbove4g / (64 * KIB));
    put(cmos, SMP_COUNT, 1, cpus - 1L);
    putChecksum(cmos);
  }

  private static void putChecksum(byte[] cmos) {
    int sum = 0;
    for (int index = SUMMED_FIRST; index < CHECKSUM; index++) {
      sum += Byte.toUnsignedInt(cmos[index]);
    }
    cmos[CHECKSUM] = (byte) (sum >> Byte.SIZE);
    cmos[CHECKSUM + 1] = (byte) sum;
  }

  private static void put(byte[] cmos, int index, int size, long value) {
    long greatest = (1L << (size * Byte.SIZE)) - 1;
    long stored = Math.max(0, Math.min(value, greatest));
    for (int i = 0; i < size; i++) {
      cmos[index + i] = (byte) (stored >> (i * Byte.SIZE));
    }
  }
}
