package org.kvm4j.machine.boot;

import java.util.List;
import java.util.Optional;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.machine.BootProtocol;

/**
 * An ELF file that names its 32-bit entry in a note. Xen, docs/misc/pvh.pandoc and
 * public/arch-x86/hvm/start_info.h.
 */
final class PvhImage extends ElfKernel {

  private static final String NOTE_NAME = "Xen";
  private static final int XEN_ELFNOTE_PHYS32_ENTRY = 18;

  private static final int XEN_HVM_START_MAGIC_VALUE = 0x336e_c578;
  private static final int VERSION_WITH_MEMORY_MAP = 1;

  /** struct hvm_start_info, then what it points to. */
  private static final long START_INFO = MemoryLayout.BOOT_PARAMS.start();

  private static final int START_INFO_BYTES = 56;
  private static final int MODULE_BYTES = 32;
  private static final long MODULES = START_INFO + START_INFO_BYTES;
  private static final long MEMORY_MAP = MODULES + MODULE_BYTES;

  private final long entry;

  /** Takes over {@code elf}, if it can be entered so. */
  PvhImage(Elf elf) {
    super(elf);
    entry =
        entryOf(elf)
            .orElseThrow(
                () ->
                    error(
                        "has no PVH entry (ELF note \"Xen\", type 18). Give a kernel that was built"
                            + " with CONFIG_PVH, or take another protocol."));
    if (!elf.isLoaded(entry)) {
      throw error(
          "its PVH entry 0x%x is in none of its segments. The file is damaged: build it again."
              .formatted(entry));
    }
  }

  static Optional<Long> entryOf(Elf elf) {
    return elf.note(NOTE_NAME, XEN_ELFNOTE_PHYS32_ENTRY);
  }

  @Override
  public String kind() {
    return elf.describe("an ELF file");
  }

  @Override
  public BootProtocol protocol() {
    return BootProtocol.PVH;
  }

  @Override
  public BootState handOver(GuestMemory guest, Handover handover) {
    byte[] modules =
        handover
            .ramdisk()
            .map(place -> new TableWriter().u64(place.start()).u64(place.sizeBytes()))
            .orElseGet(TableWriter::new)
            .toBytes();
    List<E820Entry> map = handover.memoryMap();
    TableWriter entries = new TableWriter();
    map.forEach(
        e ->
            entries
                .u64(e.range().start())
                .u64(e.range().sizeBytes())
                .u32(e.type().number())
                .u32(0)); // reserved
    byte[] info =
        new TableWriter()
            .u32(XEN_HVM_START_MAGIC_VALUE)
            .u32(VERSION_WITH_MEMORY_MAP)
            .u32(0) // flags
            .u32(handover.ramdisk().isPresent() ? 1 : 0)
            .u64(MODULES)
            .u64(handover.commandLine())
            .u64(handover.rsdp().orElse(0))
            .u64(MEMORY_MAP)
            .u32(map.size())
            .u32(0) // reserved
            .toBytes();
    guest.clear(START_INFO, MemoryLayout.PAGE_SIZE);
    guest.write(START_INFO, info);
    guest.write(MODULES, modules);
    guest.write(MEMORY_MAP, entries.toBytes());
    EntryTables.writeForProtectedMode(guest);
    return BootState.protectedMode(Registers.builder().rip(entry).rbx(START_INFO));
  }
}
