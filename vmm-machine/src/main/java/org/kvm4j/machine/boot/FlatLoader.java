package org.kvm4j.machine.boot;

import java.nio.file.Path;
import java.util.List;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.CodeMode;

/** Puts plain machine code into memory, with the tables that its mode needs. */
public final class FlatLoader implements AutoCloseable {

  /** The last address that IP can hold. */
  private static final long MOST_REAL_ADDRESS = 0xffff;

  private final BootFile file;
  private final CodeMode mode;
  private final Range place;

  private FlatLoader(BootFile file, CodeMode mode, long address, MemoryLayout layout) {
    this.file = file;
    this.mode = mode;
    if (address < 0 || address >= MemoryLayout.DEVICE_HOLE_START) {
      throw file.error("0x%x is not an address of RAM. Choose one below 3 GiB.".formatted(address));
    }
    if (mode == CodeMode.REAL && address > MOST_REAL_ADDRESS) {
      throw file.error(
          "real mode cannot begin at 0x%x. Choose an address below 64 KiB.".formatted(address));
    }
    place = Range.ofSize(address, file.sizeBytes());
    if (place.end() > layout.ramBytesBelow4GiB()) {
      throw file.error(
          "%d bytes at 0x%x do not fit into %d MiB of RAM. Give the VM more, or choose another address."
              .formatted(
                  place.sizeBytes(), address, layout.ramBytesBelow4GiB() / MemoryLayout.MIB));
    }
    for (Range taken : tables(mode)) {
      if (place.overlaps(taken)) {
        throw file.error(
            "would be at %s, and its first stack or tables are at %s. Choose another address."
                .formatted(place, taken));
      }
    }
  }

  /**
   * Opens and checks a file.
   *
   * @param address where its first byte goes and is entered
   * @throws BootException if it cannot be read or does not fit there
   */
  public static FlatLoader open(Path path, CodeMode mode, long address, MemoryLayout layout) {
    BootFile file = BootFile.open("Flat binary", path);
    try {
      return new FlatLoader(file, mode, address, layout);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static List<Range> tables(CodeMode mode) {
    return switch (mode) {
      case REAL -> List.of(MemoryLayout.REAL_MODE_STACK);
      case PROTECTED -> List.of(MemoryLayout.GDT, MemoryLayout.STACK);
      case LONG ->
          List.of(
              MemoryLayout.GDT,
              MemoryLayout.STACK,
              MemoryLayout.PML4,
              MemoryLayout.PDPT,
              MemoryLayout.PAGE_DIRECTORIES);
    };
  }

  /**
   * Writes the code and what its mode needs.
   *
   * @throws BootException if the file has become shorter or cannot be read
   */
  public BootState load(GuestMemory memory) {
    file.load(0, place.sizeBytes(), memory, place.start());
    return enter(memory, mode, place.start());
  }

  /** What is booted and how, for a sentence. */
  public String description() {
    return "a flat binary at 0x%x, in %d-bit mode".formatted(place.start(), mode.bits());
  }

  /**
   * Writes 64-bit code, a GDT and page tables.
   *
   * @param address of the code's first byte, where it is entered
   * @throws BootException if the code does not fit
   */
  public static BootState load(GuestMemory memory, byte[] code, long address) {
    if (!memory.contains(address, code.length)) {
      throw new BootException(
          "Flat code: %d bytes at 0x%x do not fit into %d bytes of RAM. Give the VM more."
              .formatted(code.length, address, memory.sizeBytes()));
    }
    memory.write(address, code);
    return enter(memory, CodeMode.LONG, address);
  }

  private static BootState enter(GuestMemory memory, CodeMode mode, long address) {
    return switch (mode) {
      case REAL -> BootState.realMode(address);
      case PROTECTED -> {
        EntryTables.writeForProtectedMode(memory);
        yield BootState.protectedMode(Registers.builder().rip(address));
      }
      case LONG -> {
        EntryTables.writeForLongMode(memory);
        yield BootState.longMode(address);
      }
    };
  }

  @Override
  public void close() {
    file.close();
  }
}
