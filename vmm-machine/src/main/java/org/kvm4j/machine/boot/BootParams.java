package org.kvm4j.machine.boot;

import java.util.List;
import org.kvm4j.GuestMemory;

/**
 * struct boot_params, the "zero page": what a loader tells the kernel.
 * Documentation/arch/x86/zero-page.rst.
 *
 * <p>The page is all zero before, so that what is left out means "nothing".
 */
final class BootParams {

  static final int ACPI_RSDP_ADDR = 0x070;
  static final int EXT_RAMDISK_IMAGE = 0x0c0;
  static final int EXT_RAMDISK_SIZE = 0x0c4;
  static final int E820_ENTRIES = 0x1e8;
  static final int E820_TABLE = 0x2d0;

  /** struct boot_e820_entry, packed: u64 addr, u64 size, u32 type. */
  static final int E820_ENTRY_BYTES = 20;

  private final GuestMemory memory;
  private final long address;

  /** Clears the page. */
  BootParams(GuestMemory memory, long address) {
    this.memory = memory;
    this.address = address;
    memory.clear(address, MemoryLayout.PAGE_SIZE);
  }

  /** All that a kernel is told; the fields of its own in the setup header stay. */
  void handOver(Handover handover) {
    loader();
    commandLine(handover.commandLine());
    handover.ramdisk().ifPresent(this::ramdisk);
    handover.rsdp().ifPresent(this::acpiRsdp);
    e820(handover.memoryMap());
  }

  private void loader() {
    memory.writeByte(address + SetupHeader.TYPE_OF_LOADER, SetupHeader.LOADER_UNDEFINED);
    memory.writeShort(address + SetupHeader.VID_MODE, SetupHeader.VID_MODE_NORMAL);
  }

  private void commandLine(long at) {
    memory.writeInt(address + SetupHeader.CMD_LINE_PTR, (int) at);
  }

  private void ramdisk(Range place) {
    long size = place.sizeBytes();
    memory.writeInt(address + SetupHeader.RAMDISK_IMAGE, (int) place.start());
    memory.writeInt(address + SetupHeader.RAMDISK_SIZE, (int) size);
    memory.writeInt(address + EXT_RAMDISK_IMAGE, (int) (place.start() >>> 32));
    memory.writeInt(address + EXT_RAMDISK_SIZE, (int) (size >>> 32));
  }

  private void acpiRsdp(long at) {
    memory.writeLong(address + ACPI_RSDP_ADDR, at);
  }

  private void e820(List<E820Entry> map) {
    memory.writeByte(address + E820_ENTRIES, map.size());
    long at = address + E820_TABLE;
    for (E820Entry entry : map) {
      memory.writeLong(at, entry.range().start());
      memory.writeLong(at + 8, entry.range().sizeBytes());
      memory.writeInt(at + 16, entry.type().number());
      at += E820_ENTRY_BYTES;
    }
  }
}
