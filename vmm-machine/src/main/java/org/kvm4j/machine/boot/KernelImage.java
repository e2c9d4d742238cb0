package org.kvm4j.machine.boot;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/** A kernel file that is open and fully checked, before there is a VM. */
sealed interface KernelImage extends AutoCloseable permits BzImage, ElfImage {

  /** Enough to tell all formats apart. */
  int SNIFF_BYTES = 1024;

  /** INITRD_ADDR_MAX of every 64-bit Linux: the last address that an initial RAM disk may use. */
  long DEFAULT_INITRD_ADDR_MAX = 0x7fff_ffffL;

  /** COMMAND_LINE_SIZE of x86 without the NUL. */
  int DEFAULT_CMDLINE_SIZE = 2047;

  /**
   * Opens a bzImage or an ELF vmlinux.
   *
   * @throws BootException if it is neither, or damaged; says which
   */
  static KernelImage open(Path path) {
    BootFile file = BootFile.open("Kernel", path);
    try {
      ByteBuffer start = file.read(0, SNIFF_BYTES);
      if (SetupHeader.isPresentIn(start)) {
        return new BzImage(file);
      }
      if (ElfImage.isElf(start)) {
        return new ElfImage(file);
      }
      throw file.error(NotAKernel.reason(start));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** The RAM that it takes until it runs and reads its memory map, at least its own bytes. */
  Range memory();

  /** Where the vCPU begins, in 64-bit mode. */
  long entry();

  /** Most bytes of a command line, without the NUL. */
  long cmdlineSize();

  /** The last address that an initial RAM disk may use. */
  long initrdAddrMax();

  /** Copies it into guest memory, and zeroes what its format says is zero. */
  void load(GuestMemory memory);

  /** Fills struct setup_header within a struct boot_params that is all zero. */
  void writeSetupHeader(GuestMemory memory, long bootParams);

  /** An exception about this file. */
  BootException error(String why);

  @Override
  void close();
}
