package org.kvm4j.machine.boot;

import static org.kvm4j.machine.boot.SetupHeader.u16;
import static org.kvm4j.machine.boot.SetupHeader.u32;
import static org.kvm4j.machine.boot.SetupHeader.u8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/**
 * An executable ELF file for x86, fully checked: what it loads where by physical address, and its
 * notes. ELF-64 Object File Format, version 1.5; Tool Interface Standard ELF, version 1.2.
 */
final class Elf {

  static final String USE_KERNEL = "Give a bzImage (vmlinuz) or an ELF vmlinux for x86-64.";

  private static final String DAMAGED = "The file is damaged: copy or build it again.";

  private static final int ELF_MAGIC = 0x464c_457f;
  private static final int EI_CLASS = 4;
  private static final int EI_DATA = 5;
  private static final int ELFDATA2LSB = 1;
  private static final int E_TYPE = 0x10;
  private static final int ET_EXEC = 2;
  private static final int E_MACHINE = 0x12;
  private static final int E_ENTRY = 0x18;
  private static final int EM_386 = 3;
  private static final int EM_ARM = 40;
  private static final int EM_X86_64 = 62;
  private static final int EM_AARCH64 = 183;
  private static final int EM_RISCV = 243;

  private static final int P_TYPE = 0;
  private static final int PT_LOAD = 1;
  private static final int PT_INTERP = 3;
  private static final int PT_NOTE = 4;

  /** Far more than a kernel's notes take. */
  private static final int MOST_NOTE_BYTES = 1 << 16;

  private static final int NOTE_HEADER_BYTES = 12;

  /** Where the fields are in each of the two classes; all as wide as an address. */
  private enum Layout {
    ELF32(1, EM_386, 52, 0x1c, 0x2a, 32, 0x04, 0x08, 0x0c, 0x10, 0x14),
    ELF64(2, EM_X86_64, 64, 0x20, 0x36, 56, 0x08, 0x10, 0x18, 0x20, 0x28);

    final int number;
    final int machine;
    final int headerBytes;
    final int phoff;
    final int phentsize;
    final int phdrBytes;
    final int offset;
    final int vaddr;
    final int paddr;
    final int filesz;
    final int memsz;

    Layout(
        int number,
        int machine,
        int headerBytes,
        int phoff,
        int phentsize,
        int phdrBytes,
        int offset,
        int vaddr,
        int paddr,
        int filesz,
        int memsz) {
      this.number = number;
      this.machine = machine;
      this.headerBytes = headerBytes;
      this.phoff = phoff;
      this.phentsize = phentsize;
      this.phdrBytes = phdrBytes;
      this.offset = offset;
      this.vaddr = vaddr;
      this.paddr = paddr;
      this.filesz = filesz;
      this.memsz = memsz;
    }

    long address(ByteBuffer bytes, int at) {
      return this == ELF64 ? bytes.getLong(at) : u32(bytes, at);
    }
  }

  /** What one PT_LOAD entry says: file bytes to copy, and zeros up to the end of its memory. */
  private record LoadSegment(long fileOffset, long fileBytes, long virtualStart, Range memory) {}

  private record Notes(long fileOffset, long bytes) {}

  private final BootFile file;
  private final Layout layout;
  private final List<LoadSegment> segments = new ArrayList<>();
  private final List<Notes> notes = new ArrayList<>();
  private final long entry;

  /** Reads a file that is known to begin with ELF's magic number. */
  Elf(BootFile file) {
    this.file = file;
    ByteBuffer header = file.read(0, Layout.ELF64.headerBytes);
    layout = requireX86(header);
    requireExecutable(header);
    readProgramHeaders(header);
    requireDisjoint();
    entry = layout.address(header, E_ENTRY);
  }

  /** Whether these first bytes of a file, in little-endian order, have ELF's magic number. */
  static boolean isElf(ByteBuffer start) {
    return start.limit() >= Integer.BYTES && start.getInt(0) == ELF_MAGIC;
  }

  private Layout requireX86(ByteBuffer header) {
    if (header.limit() < Layout.ELF32.headerBytes) {
      throw error("truncated: an ELF file of %d bytes. %s".formatted(header.limit(), DAMAGED));
    }
    int machine = u16(header, E_MACHINE);
    if (u8(header, EI_DATA) != ELFDATA2LSB) {
      throw error("an ELF file in big-endian order, not for x86. " + USE_KERNEL);
    }
    for (Layout candidate : Layout.values()) {
      if (u8(header, EI_CLASS) == candidate.number
          && machine == candidate.machine
          && header.limit() >= candidate.headerBytes) {
        return candidate;
      }
    }
    throw error("an ELF file for %s, not x86. %s".formatted(machineName(machine), USE_KERNEL));
  }

  private static String machineName(int machine) {
    return switch (machine) {
      case EM_386 -> "no known kind of 32-bit x86";
      case EM_ARM -> "32-bit ARM";
      case EM_X86_64 -> "x86-64's x32 mode";
      case EM_AARCH64 -> "ARM64";
      case EM_RISCV -> "RISC-V";
      default -> "machine number " + machine;
    };
  }

  private void requireExecutable(ByteBuffer header) {
    if (u16(header, E_TYPE) != ET_EXEC) {
      throw error(
          "an ELF file of type %d: an object file, module, library or program, not a kernel. %s"
              .formatted(u16(header, E_TYPE), USE_KERNEL));
    }
    if (u16(header, layout.phentsize) != layout.phdrBytes) {
      throw error("its program headers have a wrong size. " + DAMAGED);
    }
  }

  private void readProgramHeaders(ByteBuffer header) {
    int count = u16(header, layout.phentsize + 2);
    long tableOffset = layout.address(header, layout.phoff);
    requireInFile(tableOffset, (long) count * layout.phdrBytes, "program headers");
    ByteBuffer table = file.read(tableOffset, count * layout.phdrBytes);
    for (int at = 0; at < table.limit(); at += layout.phdrBytes) {
      switch (table.getInt(at + P_TYPE)) {
        case PT_LOAD -> {
          // Some linkers leave empty ones behind, with any address.
          if (layout.address(table, at + layout.memsz) != 0) {
            segments.add(segment(table, at));
          }
        }
        case PT_NOTE ->
            notes.add(
                new Notes(
                    layout.address(table, at + layout.offset),
                    layout.address(table, at + layout.filesz)));
        case PT_INTERP -> throw error("a program for Linux, not a kernel. " + USE_KERNEL);
        default -> {
          // The rest is for others.
        }
      }
    }
    if (segments.isEmpty()) {
      throw error("an ELF file with nothing to load. " + USE_KERNEL);
    }
    segments.sort(Comparator.comparingLong(segment -> segment.memory().start()));
  }

  private LoadSegment segment(ByteBuffer table, int at) {
    long offset = layout.address(table, at + layout.offset);
    long fileBytes = layout.address(table, at + layout.filesz);
    long address = layout.address(table, at + layout.paddr);
    long memoryBytes = layout.address(table, at + layout.memsz);
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
    return new LoadSegment(
        offset,
        fileBytes,
        layout.address(table, at + layout.vaddr),
        Range.ofSize(address, memoryBytes));
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

  /** As {@link BootFile#describe}. */
  String describe(String noun) {
    return file.describe(noun);
  }

  /** Whether it is of the class for 64 bits. */
  boolean is64Bit() {
    return layout == Layout.ELF64;
  }

  /** The RAM from its first segment to its last. */
  Range memory() {
    return new Range(
        segments.get(0).memory().start(), segments.get(segments.size() - 1).memory().end());
  }

  /** As it stands in the header: a physical or a virtual address. */
  long entry() {
    return entry;
  }

  /** Whether something is loaded at a physical address. */
  boolean isLoaded(long address) {
    return segments.stream().anyMatch(s -> isWithin(s.memory(), address));
  }

  /**
   * The physical address of {@link #entry}, if that is a virtual address in one of its segments.
   */
  Optional<Long> entryAsPhysical() {
    return segments.stream()
        .filter(s -> Long.compareUnsigned(entry - s.virtualStart(), s.memory().sizeBytes()) < 0)
        .map(s -> entry - s.virtualStart() + s.memory().start())
        .findFirst();
  }

  private static boolean isWithin(Range range, long address) {
    return range.start() <= address && address < range.end();
  }

  /**
   * The number in a note, 4 or 8 bytes wide.
   *
   * @throws BootException if the notes are not whole
   */
  Optional<Long> note(String name, int type) {
    for (Notes part : notes) {
      requireInFile(part.fileOffset(), part.bytes(), "notes");
      ByteBuffer bytes =
          file.read(part.fileOffset(), (int) Math.min(part.bytes(), MOST_NOTE_BYTES));
      long at = 0;
      while (at + NOTE_HEADER_BYTES <= bytes.limit()) {
        int header = (int) at;
        long nameBytes = u32(bytes, header);
        long nameAt = at + NOTE_HEADER_BYTES;
        long valueBytes = u32(bytes, header + 4);
        long valueAt = alignUp(nameAt + nameBytes);
        if (valueAt + valueBytes > bytes.limit()) {
          break;
        }
        if (bytes.getInt(header + 8) == type && hasName(bytes, nameAt, nameBytes, name)) {
          return numberAt(bytes, (int) valueAt, valueBytes);
        }
        at = alignUp(valueAt + valueBytes);
      }
    }
    return Optional.empty();
  }

  private static boolean hasName(ByteBuffer bytes, long at, long length, String name) {
    if (length != name.length() + 1) { // with a NUL
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes.get((int) at + i) != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Long> numberAt(ByteBuffer bytes, int at, long length) {
    if (length == Long.BYTES) {
      return Optional.of(bytes.getLong(at));
    }
    return length == Integer.BYTES ? Optional.of(u32(bytes, at)) : Optional.empty();
  }

  private static long alignUp(long offset) {
    return (offset + 3) & -4;
  }

  /** Copies its segments to their physical addresses, and zeros behind them. */
  void load(GuestMemory guest) {
    for (LoadSegment segment : segments) {
      Range place = segment.memory();
      file.load(segment.fileOffset(), segment.fileBytes(), guest, place.start());
      guest.clear(place.start() + segment.fileBytes(), place.sizeBytes() - segment.fileBytes());
    }
  }

  /** An exception about this file. */
  BootException error(String why) {
    return file.error(why);
  }

  void close() {
    file.close();
  }
}
