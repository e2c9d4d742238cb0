package org.kvm4j.machine.boot;

import org.kvm4j.GuestMemory;

/**
 * The GDT and the page tables that a kernel is entered with. AMD64 Architecture Programmer's
 * Manual, volume 2, sections 4.8 and 5.3.
 */
final class EntryTables {

  /** Base 0, limit 4 GiB, present, accessed, privilege level 0; execute and read, L. */
  private static final long CODE_64 = 0x00af_9b00_0000_ffffL;

  /** The same with D/B instead of L. */
  private static final long CODE_32 = 0x00cf_9b00_0000_ffffL;

  /** The same with read and write instead. */
  private static final long DATA = 0x00cf_9300_0000_ffffL;

  private static final int ENTRY_BYTES = 8;

  private static final long PRESENT = 1;
  private static final long WRITABLE = 1 << 1;
  private static final long PAGE_SIZE_2M = 1 << 7;
  private static final long BYTES_PER_2M_PAGE = 2 * MemoryLayout.MIB;

  private EntryTables() {}

  static void writeForLongMode(GuestMemory memory) {
    writeGdt(memory, CODE_64);
    writePageTables(memory);
  }

  static void writeForProtectedMode(GuestMemory memory) {
    writeGdt(memory, CODE_32);
  }

  /** Null, unused, then the two at the selectors that the boot protocol wants. */
  private static void writeGdt(GuestMemory memory, long code) {
    long gdt = MemoryLayout.GDT.start();
    memory.writeLong(gdt, 0);
    memory.writeLong(gdt + ENTRY_BYTES, 0);
    memory.writeLong(gdt + 2 * ENTRY_BYTES, code);
    memory.writeLong(gdt + 3 * ENTRY_BYTES, DATA);
  }

  /** The first 4 GiB at their own addresses: kernel, initial RAM disk and tables are all there. */
  private static void writePageTables(GuestMemory memory) {
    long table = PRESENT | WRITABLE;
    long directories = MemoryLayout.PAGE_DIRECTORIES.start();
    memory.clear(MemoryLayout.PML4.start(), MemoryLayout.PML4.sizeBytes());
    memory.clear(MemoryLayout.PDPT.start(), MemoryLayout.PDPT.sizeBytes());
    memory.writeLong(MemoryLayout.PML4.start(), MemoryLayout.PDPT.start() | table);
    for (int gib = 0; gib < 4; gib++) {
      memory.writeLong(
          MemoryLayout.PDPT.start() + (long) gib * ENTRY_BYTES,
          (directories + (long) gib * MemoryLayout.PAGE_SIZE) | table);
    }
    long page = 0;
    for (long at = directories; at < MemoryLayout.PAGE_DIRECTORIES.end(); at += ENTRY_BYTES) {
      memory.writeLong(at, page | table | PAGE_SIZE_2M);
      page += BYTES_PER_2M_PAGE;
    }
  }
}
