package org.kvm4j.core.kvm;

import java.util.Set;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.memory.GuestMemfd;
import org.kvm4j.memory.GuestMemfdFlag;

/**
 * A guest_memfd and its only owner.
 *
 * <p>It is mapped once and whole, so that adding and deleting slots in it maps nothing anew.
 */
final class KvmGuestMemfd implements GuestMemfd, AutoCloseable {

  private final Syscalls sys;
  private final int number;
  private final long sizeBytes;
  private final Set<GuestMemfdFlag> flags;
  private final Mapping mapping;
  private boolean closed;

  /** Owns a descriptor, and closes it if it cannot be mapped. */
  KvmGuestMemfd(Syscalls sys, int number, long sizeBytes, Set<GuestMemfdFlag> flags) {
    this.sys = sys;
    this.number = number;
    this.sizeBytes = sizeBytes;
    this.flags = flags;
    try {
      // A page that is not shared would raise SIGBUS in the JVM: then no mapping at all.
      boolean shared =
          flags.contains(GuestMemfdFlag.MMAP) && flags.contains(GuestMemfdFlag.INIT_SHARED);
      mapping = shared ? Mapping.ofFile(sys, number, "guest_memfd", sizeBytes, 0) : null;
    } catch (RuntimeException e) {
      sys.close(number);
      throw e;
    }
  }

  int number() {
    return number;
  }

  /** The file's pages in this process, or null if they are out of its reach. */
  Mapping mapping() {
    return mapping;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public Set<GuestMemfdFlag> flags() {
    return flags;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (mapping != null) {
        mapping.close();
      }
      sys.close(number);
    }
  }
}
