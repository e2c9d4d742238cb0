package org.kvm4j.machine.boot;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.machine.BootException;

/**
 * Where everything is in guest-physical memory: the one source for memory slots, e820 and CMOS.
 *
 * <p>RAM fills the first 3 GiB; what does not fit goes on at 4 GiB, and the GiB between is left to
 * devices. In the first MiB:
 *
 * <pre>
 * 0x00400  BIOS data area           0x0b000  page directories
 * 0x00500  GDT                      0x20000  command line
 * 0x07000  boot_params              0x9fc00  extended BIOS data area
 * 0x08000  stack                    0xe0000  ACPI tables
 * 0x09000  PML4                     0xf0000  MP table
 * 0x0a000  PDPT
 * </pre>
 *
 * <p>The kernel may reuse everything below the extended BIOS data area once it has taken a copy.
 */
public final class MemoryLayout {

  static final long KIB = 1L << 10;
  static final long MIB = 1L << 20;
  static final long GIB = 1L << 30;

  static final int PAGE_SIZE = 4096;

  /** Room for the tables, and for something above 1 MiB to run. */
  public static final long LEAST_RAM_BYTES = 2 * MIB;

  /** About as much as CMOS can count above 4 GiB. */
  public static final long MOST_RAM_BYTES = 1024 * GIB;

  /** From here up to 4 GiB there are devices instead of RAM. */
  public static final long DEVICE_HOLE_START = 3 * GIB;

  static final long DEVICE_HOLE_END = 4 * GIB;

  static final Range BIOS_DATA_AREA = new Range(0x400, 0x500);
  static final Range GDT = new Range(0x500, 0x520);
  static final Range BOOT_PARAMS = Range.ofSize(0x7000, PAGE_SIZE);
  static final Range STACK = Range.ofSize(0x8000, PAGE_SIZE);

  /** Below where a boot sector is loaded; 64-bit and 32-bit code have boot_params there. */
  static final Range REAL_MODE_STACK = new Range(0x7000, 0x7c00);

  static final Range PML4 = Range.ofSize(0x9000, PAGE_SIZE);
  static final Range PDPT = Range.ofSize(0xa000, PAGE_SIZE);
  static final Range PAGE_DIRECTORIES = Range.ofSize(0xb000, 4 * PAGE_SIZE);
  static final Range COMMAND_LINE = new Range(0x2_0000, 0x3_0000);

  /** The last KiB of base memory, where kernels look for the MP floating pointer. */
  static final Range EBDA = new Range(0x9_fc00, 0xa_0000);

  static final Range ACPI_TABLES = new Range(0xe_0000, 0xf_0000);
  static final Range MP_TABLE = new Range(0xf_0000, 0x10_0000);

  /** Where "high" memory begins: 1 MiB. */
  static final long HIGH_MEMORY = 0x10_0000;

  /** Room for the largest firmware; a smaller one is at its end. */
  public static final Range FIRMWARE = new Range(0xff00_0000L, DEVICE_HOLE_END);

  /** For KVM_SET_IDENTITY_MAP_ADDR: one page, below the firmware. */
  public static final long IDENTITY_MAP_ADDRESS = 0xfeff_c000L;

  /** For KVM_SET_TSS_ADDR: three pages. */
  public static final long TSS_ADDRESS = 0xfeff_d000L;

  private static final Range KVM_PAGES =
      new Range(IDENTITY_MAP_ADDRESS, TSS_ADDRESS + 3 * PAGE_SIZE);

  private final long ramBytes;

  private MemoryLayout(long ramBytes) {
    this.ramBytes = ramBytes;
  }

  /**
   * The layout for so much RAM.
   *
   * @throws BootException if it is too little, too much, or not whole pages
   */
  public static MemoryLayout ofRam(long ramBytes) {
    if (ramBytes < LEAST_RAM_BYTES) {
      throw new BootException(
          "RAM of %d KiB: a VM needs at least %d MiB, and a stock Linux kernel some 128 MiB. Give it more."
              .formatted(ramBytes / KIB, LEAST_RAM_BYTES / MIB));
    }
    if (ramBytes > MOST_RAM_BYTES) {
      throw new BootException(
          "RAM of %d GiB: a VM can have at most %d GiB. Give it less."
              .formatted(ramBytes / GIB, MOST_RAM_BYTES / GIB));
    }
    if (ramBytes % PAGE_SIZE != 0) {
      throw new BootException(
          "RAM of %d bytes: not whole pages. Give a multiple of %d bytes, best of 1 MiB."
              .formatted(ramBytes, PAGE_SIZE));
    }
    return new MemoryLayout(ramBytes);
  }

  /** All RAM. */
  public long ramBytes() {
    return ramBytes;
  }

  /** The RAM that begins at address 0. */
  public long ramBytesBelow4GiB() {
    return Math.min(ramBytes, DEVICE_HOLE_START);
  }

  /** The RAM that begins at 4 GiB; may be 0. */
  public long ramBytesAbove4GiB() {
    return ramBytes - ramBytesBelow4GiB();
  }

  /** What becomes memory slots: one range, or two if there is RAM above 4 GiB. */
  public List<Range> ram() {
    List<Range> ranges = new ArrayList<>();
    ranges.add(Range.ofSize(0, ramBytesBelow4GiB()));
    if (ramBytesAbove4GiB() > 0) {
      ranges.add(Range.ofSize(DEVICE_HOLE_END, ramBytesAbove4GiB()));
    }
    return List.copyOf(ranges);
  }

  /** The memory map for the kernel, by rising address, without overlaps. */
  public List<E820Entry> e820() {
    List<E820Entry> map = new ArrayList<>();
    map.add(E820Entry.ram(0, EBDA.start()));
    map.add(E820Entry.reserved(EBDA));
    map.add(E820Entry.reserved(new Range(ACPI_TABLES.start(), MP_TABLE.end())));
    map.add(E820Entry.ram(HIGH_MEMORY, ramBytesBelow4GiB()));
    map.add(E820Entry.reserved(KVM_PAGES));
    if (ramBytesAbove4GiB() > 0) {
      map.add(E820Entry.ram(DEVICE_HOLE_END, DEVICE_HOLE_END + ramBytesAbove4GiB()));
    }
    return List.copyOf(map);
  }
}
