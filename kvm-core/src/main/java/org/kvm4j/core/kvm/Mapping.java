package org.kvm4j.core.kvm;

import static org.kvm4j.memory.HostMemory.HUGE_PAGE_BYTES;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.memory.HostMemory;

/** One mmap(2) and its only owner. Threading: close from one thread, when no one uses it. */
final class Mapping implements AutoCloseable {

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MAP_HUGETLB = 0x4_0000;
  private static final int MAP_HUGE_2MB = 21 << 26;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_HUGETLB = 4;
  private static final int MFD_HUGE_2MB = MAP_HUGE_2MB;
  private static final int F_ADD_SEALS = 1033;

  /** F_SEAL_SEAL, F_SEAL_SHRINK and F_SEAL_GROW. */
  private static final int F_SEAL_SIZE = 1 | 2 | 4;

  private static final int MADV_DONTNEED = 4;
  private static final int MADV_REMOVE = 9;
  private static final int MADV_HUGEPAGE = 14;
  private static final int NO_FD = -1;

  private final Syscalls sys;
  private final long address;
  private final long sizeBytes;

  /** Before {@link #address}, mapped for its alignment and never used. */
  private final long leadBytes;

  /** Of the whole mapping. */
  private final long mappedBytes;

  private final HostMemory host;

  /** Owned by the mapping, or {@link #NO_FD}. */
  private final int memfd;

  private boolean closed;

  private Mapping(Syscalls sys, long address, long sizeBytes, HostMemory host, int memfd) {
    this(sys, address, 0, sizeBytes, sizeBytes, host, memfd);
  }

  private Mapping(
      Syscalls sys,
      long mapped,
      long leadBytes,
      long sizeBytes,
      long mappedBytes,
      HostMemory host,
      int memfd) {
    this.sys = sys;
    this.address = mapped + leadBytes;
    this.leadBytes = leadBytes;
    this.sizeBytes = sizeBytes;
    this.mappedBytes = mappedBytes;
    this.host = host;
    this.memfd = memfd;
  }

  /**
   * Zeroed memory for a guest.
   *
   * @throws org.kvm4j.KvmIoctlException if the host does not have so much, of that kind
   */
  static Mapping ram(Syscalls sys, long sizeBytes, HostMemory host) {
    if (host.memfd()) {
      return inMemfd(sys, sizeBytes, host);
    }
    if (host.hugePages()) {
      // They are reserved: to run out of them later would end the process.
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB;
      return new Mapping(sys, map(sys, sizeBytes, 0, flags, NO_FD, host), sizeBytes, host, NO_FD);
    }
    return transparentlyHuge(sys, sizeBytes, host);
  }

  /**
   * From a multiple of 2 MiB on: KVM maps a huge page in one piece, with one fault instead of 512,
   * only where guest and host have it at the same distance from such a multiple. mmap(2) sees to
   * that from Linux 6.7 on.
   */
  private static Mapping transparentlyHuge(Syscalls sys, long sizeBytes, HostMemory host) {
    long spare = sizeBytes < HUGE_PAGE_BYTES ? 0 : HUGE_PAGE_BYTES;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    long mapped = map(sys, sizeBytes, spare, flags, NO_FD, host);
    long lead = spare == 0 ? 0 : -mapped & (HUGE_PAGE_BYTES - 1);
    return new Mapping(sys, mapped, lead, sizeBytes, sizeBytes + spare, host, NO_FD);
  }

  private static Mapping inMemfd(Syscalls sys, long sizeBytes, HostMemory host) {
    int flags = MFD_ALLOW_SEALING | (host.hugePages() ? MFD_HUGETLB | MFD_HUGE_2MB : 0);
    int fd = sys.memfdCreate("kvm4j-ram", flags);
    if (fd < 0) {
      throw Failure.of("memfd_create of guest memory", fd);
    }
    try {
      require("ftruncate of guest memory", sys.ftruncate(fd, sizeBytes));
      // Whoever made the file shorter would end this process at its next access.
      require("F_ADD_SEALS of guest memory", sys.fcntl(fd, F_ADD_SEALS, F_SEAL_SIZE));
      return new Mapping(sys, map(sys, sizeBytes, 0, MAP_SHARED, fd, host), sizeBytes, host, fd);
    } catch (RuntimeException e) {
      sys.close(fd);
      throw e;
    }
  }

  private static void require(String call, int result) {
    if (result < 0) {
      throw Failure.of(call, result);
    }
  }

  private static long map(
      Syscalls sys, long sizeBytes, long spareBytes, int flags, int fd, HostMemory host) {
    long address = sys.mmap(sizeBytes + spareBytes, PROT_READ_WRITE, flags, fd, 0);
    if (address < 0 && host.hugePages()) {
      throw Failure.ofHugePages(sizeBytes, (int) address);
    }
    if (address < 0) {
      throw Failure.of("mmap of guest memory, %d bytes".formatted(sizeBytes), (int) address);
    }
    if (!host.hugePages()) {
      // Only advice: a kernel without transparent huge pages refuses it, and nothing is lost but
      // time.
      sys.madvise(address, sizeBytes + spareBytes, MADV_HUGEPAGE);
    }
    return address;
  }

  /** The area that a vCPU shares with the kernel. */
  static Mapping ofFile(Syscalls sys, int fd, long sizeBytes) {
    return ofFile(sys, fd, "vCPU run area", sizeBytes, 0);
  }

  /**
   * Memory shared with the kernel or with a guest.
   *
   * @param what it is, for messages
   */
  static Mapping ofFile(Syscalls sys, int fd, String what, long sizeBytes, long offset) {
    long address = sys.mmap(sizeBytes, PROT_READ_WRITE, MAP_SHARED, fd, offset);
    if (address < 0) {
      throw Failure.of("mmap of %s, %d bytes".formatted(what, sizeBytes), (int) address);
    }
    return new Mapping(sys, address, sizeBytes, HostMemory.STANDARD, NO_FD);
  }

  /** Of what kind it is. */
  HostMemory host() {
    return host;
  }

  /** The file that it is. */
  OptionalInt memfd() {
    return memfd == NO_FD ? OptionalInt.empty() : OptionalInt.of(memfd);
  }

  long address() {
    return address;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /**
   * Gives the pages of a guest's memory back to the host: what is read next is zero.
   *
   * @return false if the host refuses
   */
  boolean discard() {
    // Of a file, MADV_DONTNEED would forget the mapping's pages alone.
    int advice = host.memfd() ? MADV_REMOVE : MADV_DONTNEED;
    return sys.madvise(address, sizeBytes, advice) >= 0;
  }

  ByteBuffer view(long offset, int lengthBytes) {
    return sys.view(address + offset, lengthBytes);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sys.munmap(address - leadBytes, mappedBytes);
      if (memfd != NO_FD) {
        sys.close(memfd);
      }
    }
  }
}
