package org.kvm4j.machine.boot;

import static org.kvm4j.machine.boot.SetupHeader.u16;
import static org.kvm4j.machine.boot.SetupHeader.u32;
import static org.kvm4j.machine.boot.SetupHeader.u8;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;

/** A bzImage with the 64-bit entry. Documentation/arch/x86/boot.rst, "64-bit Boot Protocol". */
final class BzImage implements KernelImage {

  private static final int SECTOR_BYTES = 512;
  private static final int PARAGRAPH_BYTES = 16;
  private static final int DEFAULT_SETUP_SECTS = 4;

  /** startup_64 is there, from the start of the protected-mode code on. */
  private static final int ENTRY_64 = 0x200;

  /** Of the longest magic number of a {@link Compression}. */
  private static final int MAGIC_BYTES = 6;

  private static final String USE_64_BIT = "Give a 64-bit kernel of Linux 3.8 or later.";
  private static final String DAMAGED = "The file is damaged: copy or download it again.";

  private final BootFile file;
  private final ByteBuffer header;
  private final int headerEnd;
  private final long codeOffset;
  private final long codeBytes;
  private final Range memory;

  /** Takes over {@code file}, which is known to begin with the two magic numbers, if it is good. */
  BzImage(BootFile file) {
    this.file = file;
    header = file.read(0, SetupHeader.END_MAX);
    requireProtocol();
    headerEnd = requireHeaderEnd();
    codeOffset = setupBytes();
    codeBytes = u32(header, SetupHeader.SYSSIZE) * PARAGRAPH_BYTES;
    requireWhole();
    memory = Range.ofSize(loadAddress(), Math.max(codeBytes, initSize()));
  }

  /**
   * The ELF file that a bzImage unpacks when it starts; any other file is returned as it is.
   *
   * @throws BootException if it is damaged or compressed in a way that is not known here
   */
  static BootFile vmlinuxIn(BootFile file) {
    if (!SetupHeader.isPresentIn(file.read(0, SetupHeader.END_MAX))) {
      return file;
    }
    BzImage image = new BzImage(file);
    long offset = u32(image.header, SetupHeader.PAYLOAD_OFFSET);
    long length = u32(image.header, SetupHeader.PAYLOAD_LENGTH);
    if (length < MAGIC_BYTES + Integer.BYTES || offset + length > image.codeBytes) {
      throw file.error("its header names no payload within it. " + DAMAGED);
    }
    offset += image.codeOffset;
    ByteBuffer start = file.read(offset, MAGIC_BYTES);
    if (Elf.isElf(start)) {
      return file.copy(offset, length);
    }
    Compression format =
        Compression.of(start)
            .orElseThrow(
                () ->
                    file.error(
                        "its payload is compressed neither with gzip, xz, zstd nor lz4. Give the"
                            + " vmlinux of that kernel."));
    // gzip ends so, and the kernel's build adds it to what the others make.
    long unpackedBytes = u32(file.read(offset + length - Integer.BYTES, Integer.BYTES), 0);
    return file.unpack(
        format, offset, length, OptionalLong.of(unpackedBytes), BootFile.MOST_UNPACKED_BYTES);
  }

  private void requireProtocol() {
    int version = u16(header, SetupHeader.VERSION);
    if ((u8(header, SetupHeader.LOADFLAGS) & SetupHeader.LOADED_HIGH) == 0) {
      throw error("a zImage, which loads below 1 MiB. " + USE_64_BIT);
    }
    if (version < SetupHeader.VERSION_2_12) {
      throw error(
          "boot protocol %d.%02d, older than 2.12, has no 64-bit entry. %s"
              .formatted(version >> 8, version & 0xff, USE_64_BIT));
    }
    if ((u16(header, SetupHeader.XLOADFLAGS) & SetupHeader.XLF_KERNEL_64) == 0) {
      throw error("a 32-bit kernel (XLF_KERNEL_64 is not set). " + USE_64_BIT);
    }
  }

  /** The header is as long as its jump over itself. */
  private int requireHeaderEnd() {
    int end = SetupHeader.HEADER + u8(header, SetupHeader.JUMP + 1);
    if (u8(header, SetupHeader.JUMP) != SetupHeader.JMP_SHORT
        || end < SetupHeader.END_2_12
        || end > SetupHeader.END_MAX) {
      throw error("its setup header has no sensible length. " + DAMAGED);
    }
    return end;
  }

  private long setupBytes() {
    int sectors = u8(header, SetupHeader.SETUP_SECTS);
    // 0 means 4, "for backwards compatibility"; the boot sector comes on top.
    return (1L + (sectors == 0 ? DEFAULT_SETUP_SECTS : sectors)) * SECTOR_BYTES;
  }

  private void requireWhole() {
    if (codeBytes <= ENTRY_64) {
      throw error("its header says that there is no code in it. " + DAMAGED);
    }
    // More is usual: a signature for secure boot follows the code.
    if (file.sizeBytes() < codeOffset + codeBytes) {
      throw error(
          "truncated: it has %d bytes and its header says %d. Copy or download it again."
              .formatted(file.sizeBytes(), codeOffset + codeBytes));
    }
  }

  private long loadAddress() {
    long alignment = u32(header, SetupHeader.KERNEL_ALIGNMENT);
    long preferred = header.getLong(SetupHeader.PREF_ADDRESS);
    boolean relocatable = u8(header, SetupHeader.RELOCATABLE_KERNEL) != 0;
    if (Long.bitCount(alignment) != 1) {
      throw error("kernel_alignment 0x%x is no power of two. %s".formatted(alignment, DAMAGED));
    }
    if (preferred < 0 || preferred >= MemoryLayout.DEVICE_HOLE_START) {
      throw error("wants to be at 0x%x, where no RAM can be. %s".formatted(preferred, DAMAGED));
    }
    if (relocatable) {
      // Lower would save nothing: it moves itself up to pref_address before it decompresses.
      return alignUp(Math.max(preferred, MemoryLayout.HIGH_MEMORY), alignment);
    }
    if (preferred < MemoryLayout.HIGH_MEMORY) {
      throw error("wants to be at 0x%x, below 1 MiB. %s".formatted(preferred, DAMAGED));
    }
    return preferred;
  }

  private static long alignUp(long address, long alignment) {
    return (address + alignment - 1) & -alignment;
  }

  private long initSize() {
    return u32(header, SetupHeader.INIT_SIZE);
  }

  @Override
  public String kind() {
    return file.describe("a bzImage");
  }

  @Override
  public BootProtocol protocol() {
    return BootProtocol.LINUX;
  }

  @Override
  public Range memory() {
    return memory;
  }

  @Override
  public long cmdlineSize() {
    return u32(header, SetupHeader.CMDLINE_SIZE);
  }

  @Override
  public long initrdAddrMax() {
    return u32(header, SetupHeader.INITRD_ADDR_MAX);
  }

  @Override
  public void load(GuestMemory guest) {
    file.load(codeOffset, codeBytes, guest, memory.start());
  }

  @Override
  public BootState handOver(GuestMemory guest, Handover handover) {
    BootParams params = new BootParams(guest, MemoryLayout.BOOT_PARAMS.start());
    writeSetupHeader(guest, MemoryLayout.BOOT_PARAMS.start());
    params.handOver(handover);
    EntryTables.writeForLongMode(guest);
    return BootState.longMode(memory.start() + ENTRY_64);
  }

  private void writeSetupHeader(GuestMemory guest, long bootParams) {
    guest.write(
        bootParams + SetupHeader.START,
        header.slice(SetupHeader.START, headerEnd - SetupHeader.START));
    // The other bits are the loader's or the kernel's own to set.
    guest.writeByte(bootParams + SetupHeader.LOADFLAGS, SetupHeader.LOADED_HIGH);
    guest.writeInt(bootParams + SetupHeader.CODE32_START, (int) memory.start());
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
