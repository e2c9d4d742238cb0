package org.kvm4j.machine.boot;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;

/** A kernel file that is open and fully checked for one protocol, before there is a VM. */
sealed interface KernelImage extends AutoCloseable permits BzImage, ElfKernel, MultibootImage {

  /** Enough to tell all formats apart: a Multiboot header is in the first 8 KiB. */
  int SNIFF_BYTES = 8192;

  /** INITRD_ADDR_MAX of every 64-bit Linux: the last address that an initial RAM disk may use. */
  long DEFAULT_INITRD_ADDR_MAX = 0x7fff_ffffL;

  /** COMMAND_LINE_SIZE of x86 without the NUL. */
  int DEFAULT_CMDLINE_SIZE = 2047;

  /**
   * Opens a kernel.
   *
   * @param wanted the protocol to take; else the file says it
   * @throws BootException if it is no kernel, not for that protocol, or damaged; says which
   */
  static KernelImage open(Path path, Optional<BootProtocol> wanted) {
    BootFile file = replaced(BootFile.open("Kernel", path), KernelImage::unpacked);
    if (wanted.equals(Optional.of(BootProtocol.PVH))) {
      file = replaced(file, BzImage::vmlinuxIn);
    }
    try {
      return of(file, wanted);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** A file made from another, which is closed then unless it is the same. */
  private static BootFile replaced(BootFile file, UnaryOperator<BootFile> maker) {
    try {
      BootFile made = maker.apply(file);
      if (made != file) {
        file.close();
      }
      return made;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static BootFile unpacked(BootFile file) {
    return Compression.of(file.read(0, SNIFF_BYTES)).map(file::unpack).orElse(file);
  }

  private static KernelImage of(BootFile file, Optional<BootProtocol> wanted) {
    ByteBuffer start = file.read(0, SNIFF_BYTES);
    if (wanted.isEmpty()) {
      return asTheFileSays(file, start);
    }
    return switch (wanted.get()) {
      case LINUX -> linux(file, start);
      case PVH -> new PvhImage(elf(file, start));
      case MULTIBOOT -> new MultibootImage(file, multibootHeader(file, start));
    };
  }

  /** A vmlinux has both entries, and is entered where all its tables are set up: in 64-bit mode. */
  private static KernelImage asTheFileSays(BootFile file, ByteBuffer start) {
    if (SetupHeader.isPresentIn(start)) {
      return new BzImage(file);
    }
    Optional<MultibootHeader> multiboot = MultibootHeader.in(start);
    if (multiboot.isPresent()) {
      return new MultibootImage(file, multiboot.get());
    }
    Elf elf = elf(file, start);
    boolean isVmlinux = elf.is64Bit() && elf.isLoaded(elf.entry());
    return !isVmlinux && PvhImage.entryOf(elf).isPresent() ? new PvhImage(elf) : new ElfImage(elf);
  }

  private static KernelImage linux(BootFile file, ByteBuffer start) {
    return SetupHeader.isPresentIn(start) ? new BzImage(file) : new ElfImage(elf(file, start));
  }

  private static Elf elf(BootFile file, ByteBuffer start) {
    if (Elf.isElf(start)) {
      return new Elf(file);
    }
    throw file.error(NotAKernel.reason(start));
  }

  private static MultibootHeader multibootHeader(BootFile file, ByteBuffer start) {
    return MultibootHeader.in(start)
        .orElseThrow(
            () ->
                file.error(
                    "has no Multiboot header in its first 8 KiB. Give a Multiboot 1 kernel, or take"
                        + " another protocol."));
  }

  /** What the file is, for a sentence: "a bzImage". */
  String kind();

  /** How it is entered. */
  BootProtocol protocol();

  /** The RAM that it takes until it runs and reads its memory map, at least its own bytes. */
  Range memory();

  /** Most bytes of a command line, without the NUL. */
  long cmdlineSize();

  /** The last address that an initial RAM disk may use. */
  long initrdAddrMax();

  /** Whether the initial RAM disk goes right behind it instead of to the top of RAM. */
  default boolean wantsRamdiskLow() {
    return false;
  }

  /** Copies it into guest memory, and zeroes what its format says is zero. */
  void load(GuestMemory memory);

  /** Writes what the kernel is told and the tables that it starts with; says how to enter it. */
  BootState handOver(GuestMemory memory, Handover handover);

  /** An exception about this file. */
  BootException error(String why);

  @Override
  void close();
}
