package org.kvm4j.machine.boot;

import static org.kvm4j.machine.boot.SetupHeader.u16;
import static org.kvm4j.machine.boot.SetupHeader.u32;
import static org.kvm4j.machine.boot.SetupHeader.u8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/**
 * An ELF64 vmlinux, entered by the same 64-bit protocol as a bzImage. ELF-64 Object File Format,
 * version 1.5, chapters 2 and 4.
 */
final class ElfImage implements KernelImage {

  private static final int ELF_MAGIC = 0x464c_457f;
  private static final int EI_CLASS = 4;
  private static final int EI_DATA = 5;
  private static final int ELFCLASS64 = 2;
  private static final int ELFDATA2LSB = 1;
  private static final int E_TYPE = 0x10;
  private static final int ET_EXEC = 2;
  private static final int E_MACHINE = 0x12;
  private static final int EM_386 = 3;
  private static final int EM_ARM = 40;
  private static final int EM_X86_64 = 62;
  private static final int EM_AARCH64 = 183;
  private static final int EM_RISCV = 243;
  private static final int E_ENTRY = 0x18;
  private static final int E_PHOFF = 0x20;
  private static final int E_PHENTSIZE = 0x36;
  private static final int E_PHNUM = 0x38;
  private static final int EHDR_BYTES = 64;
  private static final int PHDR_BYTES = 56;

  private static final int P_TYPE = 0x00;
  private static final int PT_LOAD = 1;
  private static final int PT_INTERP = 3;
  private static final int P_OFFSET = 0x08;
  private static final int P_PADDR = 0x18;
  private static final int P_FILESZ = 0x20;
  private static final int P_MEMSZ = 0x28;

  private static final String USE_KERNEL = "Give a bzImage (vmlinuz) or an ELF vmlinux for x86-64.";
  private static final String DAMAGED = "The file is damaged: copy or build it again.";

  /** What one PT_LOAD entry says: file bytes to copy, and zeros up to the end of its memory. */
  private record LoadSegment(long fileOffset, long fileBytes, Range memory) {}

  private final BootFile file;
  private final List<LoadSegment> segments;
  private final Range memory;
  private final long entry;

  /** Takes over {@code file}, which is known to begin with ELF's magic number, if it is good. */
  ElfImage(BootFile file) {
    this.file = file;
    ByteBuffer header = file.read(0, EHDR_BYTES);
    requireKernelFor64Bit(header);
    segments = readSegments(header);
    requireDisjoint();
    memory =
        new Range(
            segments.get(0).memory().start(), segments.get(segments.size() - 1).memory().end());
    entry = header.getLong(E_ENTRY);
    if (segments.stream().noneMatch(s -> isWithin(s.memory(), entry))) {
      throw error(
          "its entry 0x%x is not a physical address in one of its segments. %s"
              .formatted(entry, USE_KERNEL));
    }
  }

  /** Whether these first bytes of a file, in little-endian order, have ELF's magic number. */
  static boolean isElf(ByteBuffer start) {
    return start.limit() >= Integer.BYTES && start.getInt(0) == ELF_MAGIC;
  }

  private void requireKernelFor64Bit(ByteBuffer header) {
    if (header.limit() < EHDR_BYTES) {
      throw error("truncated: an ELF file of %d bytes. %s".formatted(header.limit(), DAMAGED));
    }
    int machine = u16(header, E_MACHINE);
    if (u8(header, EI_DATA) != ELFDATA2LSB) {
      throw error("an ELF file in big-endian order, not for x86-64. " + USE_KERNEL);
    }
    if (u8(header, EI_CLASS) != ELFCLASS64 || machine != EM_X86_64) {
      throw error("an ELF file for %s, not x86-64. %s".formatted(machineName(machine), USE_KERNEL));
    }
    if (u16(header, E_TYPE) != ET_EXEC) {
      throw error(
          "an ELF file of type %d: an object file, module, library or program, not a kernel. %s"
              .formatted(u16(header, E_TYPE), USE_KERNEL));
    }
    if (u16(header, E_PHENTSIZE) != PHDR_BYTES) {
      throw error("its program headers have a wrong size. " + DAMAGED);
    }
  }

  private static String machineName(int machine) {
    return switch (machine) {
      case EM_386 -> "32-bit x86";
      case EM_ARM -> "32-bit ARM";
      case EM_X86_64 -> "x86-64's 32-bit mode";
      case EM_AARCH64 -> "ARM64";
      case EM_RISCV -> "RISC-V";
      default -> "machine number " + machine;
    };
  }

  private List<LoadSegment> readSegments(ByteBuffer header) {
    int count = u16(header, E_PHNUM);
    long tableOffset = header.getLong(E_PHOFF);
    requireInFile(tableOffset, (long) count * PHDR_BYTES, "program headers");
    ByteBuffer table = file.read(tableOffset, count * PHDR_BYTES);
    List<LoadSegment> found = new ArrayList<>();
    for (int at = 0; at < table.limit(); at += PHDR_BYTES) {
      switch ((int) Math.min(u32(table, at + P_TYPE), Integer.MAX_VALUE)) {
        case PT_LOAD -> {
          // Some linkers leave empty ones behind, with any address.
          if (table.getLong(at + P_MEMSZ) != 0) {
            found.add(segment(table, at));
          }
        }
        case PT_INTERP -> throw error("a program for Linux, not a kernel. " + USE_KERNEL);
        default -> {
          // Notes and the like are for others.
        }
      }
    }
    if (found.isEmpty()) {
      throw error("an ELF file with nothing to load. " + USE_KERNEL);
    }
    found.sort(Comparator.comparingLong(segment -> segment.memory().start()));
    return List.copyOf(found);
  }

  private LoadSegment segment(ByteBuffer table, int at) {
    long offset = table.getLong(at + P_OFFSET);
    long fileBytes = table.getLong(at + P_FILESZ);
    long address = table.getLong(at + P_PADDR);
    long memoryBytes = table.getLong(at + P_MEMSZ);
    requireInFile(offset, fileBytes, "segment at 0x%x".formatted(address));
    if (memoryBytes < fileBytes) {
      throw error(
          "its segment at 0x%x has more bytes in the file than in memory. %s"
              .formatted(address, DAMAGED));
    }
    if (address < MemoryLayout.HIGH_MEMORY
        || address >= MemoryLayout.DEVICE_HOLE_START
        || memoryBytes > MemoryLayout.DEVICE_HOLE_START - address) {
      throw error(
          "its segment at 0x%x, 0x%x bytes, is not between 1 MiB and 3 GiB, where RAM is. %s"
              .formatted(address, memoryBytes, USE_KERNEL));
    }
    return new LoadSegment(offset, fileBytes, Range.ofSize(address, memoryBytes));
  }

  private void requireInFile(long offset, long length, String what) {
    if (offset < 0 || length < 0 || length > file.sizeBytes() - offset) {
      throw error(
          "truncated: its %s would end after the file's %d bytes. %s"
              .formatted(what, file.sizeBytes(), DAMAGED));
    }
  }

  private void requireDisjoint() {
    for (int i = 1; i < segments.size(); i++) {
      Range before = segments.get(i - 1).memory();
      Range after = segments.get(i).memory();
      if (before.overlaps(after)) {
        throw error("its segments at %s and %s overlap. %s".formatted(before, after, DAMAGED));
      }
    }
  }

  private static boolean isWithin(Range range, long address) {
    return range.start() <= address && address < range.end();
  }

  @Override
  public Range memory() {
    return memory;
  }

  @Override
  public long entry() {
    return entry;
  }

  @Override
  public long cmdlineSize() {
    return DEFAULT_CMDLINE_SIZE;
  }

  @Override
  public long initrdAddrMax() {
    return DEFAULT_INITRD_ADDR_MAX;
  }

  @Override
  public void load(GuestMemory guest) {
    for (LoadSegment segment : segments) {
      Range place = segment.memory();
      file.load(segment.fileOffset(), segment.fileBytes(), guest, place.start());
      guest.clear(place.start() + segment.fileBytes(), place.sizeBytes() - segment.fileBytes());
    }
  }

  /** Makes the header that a bzImage brings along, as far as the kernel looks at it. */
  @Override
  public void writeSetupHeader(GuestMemory guest, long bootParams) {
    guest.writeShort(bootParams + SetupHeader.BOOT_FLAG, SetupHeader.BOOT_FLAG_MAGIC);
    guest.writeInt(bootParams + SetupHeader.HEADER, SetupHeader.HEADER_MAGIC);
    guest.writeShort(bootParams + SetupHeader.VERSION, SetupHeader.VERSION_2_12);
    guest.writeByte(bootParams + SetupHeader.LOADFLAGS, SetupHeader.LOADED_HIGH);
    guest.writeInt(bootParams + SetupHeader.CMDLINE_SIZE, DEFAULT_CMDLINE_SIZE);
    guest.writeInt(bootParams + SetupHeader.INITRD_ADDR_MAX, (int) DEFAULT_INITRD_ADDR_MAX);
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
