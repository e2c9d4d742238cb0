package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import org.kvm4j.core.sys.Syscalls;

/** One mmap(2) and its only owner. Threading: close from one thread, when no one uses it. */
final class Mapping implements AutoCloseable {

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_HUGEPAGE = 14;

  private final Syscalls sys;
  private final long address;
  private final long sizeBytes;
  private boolean closed;

  private Mapping(Syscalls sys, long address, long sizeBytes) {
    this.sys = sys;
    this.address = address;
    this.sizeBytes = sizeBytes;
  }

  /** Zeroed memory of this process alone, in huge pages where the host allows them. */
  static Mapping anonymous(Syscalls sys, long sizeBytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    Mapping mapping = map(sys, "guest memory", sizeBytes, flags, -1, 0);
    // Only advice: a kernel without transparent huge pages refuses it, and nothing is lost but
    // time.
    sys.madvise(mapping.address, sizeBytes, MADV_HUGEPAGE);
    return mapping;
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
    return map(sys, what, sizeBytes, MAP_SHARED, fd, offset);
  }

  private static Mapping map(
      Syscalls sys, String what, long sizeBytes, int flags, int fd, long offset) {
    long address = sys.mmap(sizeBytes, PROT_READ_WRITE, flags, fd, offset);
    if (address < 0) {
      throw Failure.of("mmap of %s, %d bytes".formatted(what, sizeBytes), (int) address);
    }
    return new Mapping(sys, address, sizeBytes);
  }

  long address() {
    return address;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /**
   * Gives the pages of anonymous memory back to the host: what is read next is zero.
   *
   * @return false if the host refuses
   */
  boolean discard() {
    return sys.madvise(address, sizeBytes, MADV_DONTNEED) >= 0;
  }

  ByteBuffer view(long offset, int lengthBytes) {
    return sys.view(address + offset, lengthBytes);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sys.munmap(address, sizeBytes);
    }
  }
}
