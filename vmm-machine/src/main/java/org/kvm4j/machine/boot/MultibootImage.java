package org.kvm4j.machine.boot;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;

/**
 * A Multiboot kernel: an ELF file, or a flat one whose header has the addresses. Multiboot 0.6.96.
 *
 * <p>As GRUB does, an ELF file for x86-64 is taken, too, and entered in 32-bit mode all the same.
 */
final class MultibootImage implements KernelImage {

  private static final String BUILD_OTHERWISE = "Build the kernel without it.";
  private static final String DAMAGED = "Build the file again.";

  private static final int MULTIBOOT_BOOTLOADER_MAGIC = 0x2bad_b002;

  private static final int INFO_MEMORY = 1;
  private static final int INFO_CMDLINE = 1 << 2;
  private static final int INFO_MODS = 1 << 3;
  private static final int INFO_MEM_MAP = 1 << 6;
  private static final int INFO_BOOT_LOADER_NAME = 1 << 9;

  private static final long INFO = MemoryLayout.BOOT_PARAMS.start();
  private static final int INFO_BYTES = 116;
  private static final byte[] LOADER_NAME = "kvm4j\0".getBytes(StandardCharsets.US_ASCII);
  private static final int MODULE_BYTES = 16;

  /** Without the size field itself. */
  private static final int MEM_MAP_ENTRY_BYTES = 20;

  /** What is loaded where. */
  private interface Body {
    Range memory();

    long entry();

    void load(GuestMemory guest);
  }

  private final BootFile file;
  private final String kind;
  private final Body body;

  /** Takes over {@code file}, if it is good. */
  MultibootImage(BootFile file, MultibootHeader header) {
    this.file = file;
    if (header.demands(MultibootHeader.MULTIBOOT_VIDEO_MODE)) {
      throw error(
          "demands a graphics mode (Multiboot flag 2), and there is no display. "
              + BUILD_OTHERWISE);
    }
    int unknown =
        header.demandsBesides(
            MultibootHeader.MULTIBOOT_PAGE_ALIGN | MultibootHeader.MULTIBOOT_MEMORY_INFO);
    if (unknown != 0) {
      throw error(
          "demands what Multiboot 0.6.96 does not know: flags 0x%x. %s"
              .formatted(unknown, BUILD_OTHERWISE));
    }
    Optional<MultibootHeader.Addresses> addresses = header.addresses();
    kind = file.describe(addresses.isPresent() ? "a flat kernel" : "an ELF file");
    body = addresses.map(a -> flat(header, a)).orElseGet(this::elf);
  }

  private Body elf() {
    if (!Elf.isElf(file.read(0, KernelImage.SNIFF_BYTES))) {
      throw error("its Multiboot header has no addresses, and it is not an ELF file. " + DAMAGED);
    }
    Elf elf = new Elf(file);
    // The ELF format says a virtual address, and many kernels write a physical one.
    long entry = elf.entryAsPhysical().orElse(elf.entry());
    if (!elf.isLoaded(entry)) {
      throw error("its entry 0x%x is in none of its segments. %s".formatted(elf.entry(), DAMAGED));
    }
    return new Body() {
      @Override
      public Range memory() {
        return elf.memory();
      }

      @Override
      public long entry() {
        return entry;
      }

      @Override
      public void load(GuestMemory guest) {
        elf.load(guest);
      }
    };
  }

  private Body flat(MultibootHeader header, MultibootHeader.Addresses a) {
    long start = header.offset() - (a.header() - a.load());
    if (a.header() < a.load() || start < 0) {
      throw error("its Multiboot header says that loading begins before the file does. " + DAMAGED);
    }
    long bytes = a.loadEnd() == 0 ? file.sizeBytes() - start : a.loadEnd() - a.load();
    if (bytes <= 0 || bytes > file.sizeBytes() - start) {
      throw error(
          "truncated: it has %d bytes, and its Multiboot header says %d. %s"
              .formatted(file.sizeBytes(), start + bytes, DAMAGED));
    }
    long end = Math.max(a.load() + bytes, a.bssEnd());
    if (a.load() < MemoryLayout.HIGH_MEMORY || end > MemoryLayout.DEVICE_HOLE_START) {
      throw error(
          "wants 0x%x to 0x%x, which is not between 1 MiB and 3 GiB, where RAM is. %s"
              .formatted(a.load(), end, DAMAGED));
    }
    if (a.entry() < a.load() || a.entry() >= end) {
      throw error("its entry 0x%x is outside what is loaded. %s".formatted(a.entry(), DAMAGED));
    }
    Range memory = new Range(a.load(), end);
    return new Body() {
      @Override
      public Range memory() {
        return memory;
      }

      @Override
      public long entry() {
        return a.entry();
      }

      @Override
      public void load(GuestMemory guest) {
        file.load(start, bytes, guest, memory.start());
        guest.clear(memory.start() + bytes, memory.sizeBytes() - bytes);
      }
    };
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public BootProtocol protocol() {
    return BootProtocol.MULTIBOOT;
  }

  @Override
  public Range memory() {
    return body.memory();
  }

  @Override
  public long cmdlineSize() {
    return Long.MAX_VALUE;
  }

  @Override
  public long initrdAddrMax() {
    return MemoryLayout.DEVICE_HOLE_START - 1;
  }

  /** Small kernels have the memory behind them mapped, and no other. */
  @Override
  public boolean wantsRamdiskLow() {
    return true;
  }

  @Override
  public void load(GuestMemory guest) {
    body.load(guest);
  }

  /** Section 3.3: the information, then what it points to. */
  @Override
  public BootState handOver(GuestMemory guest, Handover handover) {
    List<E820Entry> map = handover.memoryMap();
    TableWriter entries = new TableWriter();
    for (E820Entry entry : map) {
      entries
          .u32(MEM_MAP_ENTRY_BYTES)
          .u64(entry.range().start())
          .u64(entry.range().sizeBytes())
          .u32(entry.type().number());
    }
    TableWriter modules = new TableWriter();
    handover
        .ramdisk()
        .ifPresent(
            place ->
                modules.u32(place.start()).u32(place.end()).u32(handover.commandLine()).u32(0));

    long modulesAt = INFO + INFO_BYTES;
    long mapAt = modulesAt + MODULE_BYTES;
    long nameAt = mapAt + entries.size();
    byte[] info =
        new TableWriter()
            .u32(INFO_MEMORY | INFO_CMDLINE | INFO_MODS | INFO_MEM_MAP | INFO_BOOT_LOADER_NAME)
            .u32(MemoryLayout.EBDA.start() / MemoryLayout.KIB)
            .u32(bytesFrom1MiB(map) / MemoryLayout.KIB)
            .u32(0) // boot device: none
            .u32(handover.commandLine())
            .u32(modules.size() / MODULE_BYTES)
            .u32(modulesAt)
            .zeros(16) // symbols: none
            .u32(entries.size())
            .u32(mapAt)
            .zeros(12) // drives, BIOS configuration: none
            .u32(nameAt)
            .toBytes();
    guest.clear(INFO, MemoryLayout.PAGE_SIZE);
    guest.write(INFO, info);
    guest.write(modulesAt, modules.toBytes());
    guest.write(mapAt, entries.toBytes());
    guest.write(nameAt, LOADER_NAME);
    EntryTables.writeForProtectedMode(guest);
    return BootState.protectedMode(
        Registers.builder().rip(body.entry()).rax(MULTIBOOT_BOOTLOADER_MAGIC).rbx(INFO));
  }

  private static long bytesFrom1MiB(List<E820Entry> map) {
    return map.stream()
        .filter(entry -> entry.range().start() == MemoryLayout.HIGH_MEMORY)
        .mapToLong(entry -> entry.range().sizeBytes())
        .sum();
  }

  @Override
  public BootException error(String why) {
    return file.error(why);
  }

  @Override
  public void close() {
    file.close();
  }
}
