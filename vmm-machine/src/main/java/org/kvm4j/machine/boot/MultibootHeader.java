package org.kvm4j.machine.boot;

import static org.kvm4j.machine.boot.SetupHeader.u32;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a file demands of its loader. Multiboot 0.6.96, section 3.1.
 *
 * @param offset where in the file it begins
 * @param flags its demands
 * @param addresses where a file that is not ELF goes, if it says that
 */
record MultibootHeader(long offset, int flags, Optional<Addresses> addresses) {

  /**
   * Physical addresses, which need not make sense.
   *
   * @param header where the header itself goes
   * @param load where the first loaded byte goes
   * @param loadEnd the end of what is loaded; 0: all to the end of the file
   * @param bssEnd the end of the zeros behind it; 0: there are none
   * @param entry where the vCPU begins
   */
  record Addresses(long header, long load, long loadEnd, long bssEnd, long entry) {}

  /** "The Multiboot header must be contained completely within the first 8192 bytes". */
  static final int SEARCHED_BYTES = 8192;

  static final int MULTIBOOT_PAGE_ALIGN = 1;
  static final int MULTIBOOT_MEMORY_INFO = 1 << 1;
  static final int MULTIBOOT_VIDEO_MODE = 1 << 2;
  static final int MULTIBOOT_AOUT_KLUDGE = 1 << 16;

  private static final int MULTIBOOT_HEADER_MAGIC = 0x1bad_b002;
  private static final int LEAST_BYTES = 12;
  private static final int BYTES_WITH_ADDRESSES = 32;

  /** The one in these first bytes of a file, in little-endian order. */
  static Optional<MultibootHeader> in(ByteBuffer start) {
    int end = Math.min(start.limit(), SEARCHED_BYTES);
    for (int at = 0; at + LEAST_BYTES <= end; at += Integer.BYTES) {
      int flags = start.getInt(at + 4);
      if (start.getInt(at) == MULTIBOOT_HEADER_MAGIC
          && MULTIBOOT_HEADER_MAGIC + flags + start.getInt(at + 8) == 0) {
        return at(start, at, flags, end);
      }
    }
    return Optional.empty();
  }

  private static Optional<MultibootHeader> at(ByteBuffer start, int at, int flags, int end) {
    if ((flags & MULTIBOOT_AOUT_KLUDGE) == 0) {
      return Optional.of(new MultibootHeader(at, flags, Optional.empty()));
    }
    if (at + BYTES_WITH_ADDRESSES > end) {
      return Optional.empty();
    }
    Addresses addresses =
        new Addresses(
            u32(start, at + 12),
            u32(start, at + 16),
            u32(start, at + 20),
            u32(start, at + 24),
            u32(start, at + 28));
    return Optional.of(new MultibootHeader(at, flags, Optional.of(addresses)));
  }

  boolean demands(int flag) {
    return (flags & flag) != 0;
  }

  /** The demands that a loader must meet or give up at, but for those it knows. */
  int demandsBesides(int known) {
    return flags & 0xffff & ~known;
  }
}
