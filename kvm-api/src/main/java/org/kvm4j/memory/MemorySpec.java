package org.kvm4j.memory;

import java.util.Objects;
import java.util.Optional;

/**
 * What a memory slot shall be: {@code MemorySpec.ram(0, size).withDirtyLog()}.
 *
 * <p>Immutable. Alignment and overlap are checked by {@link MemorySlots#add}.
 *
 * @param guestAddress guest-physical, page-aligned
 * @param sizeBytes a multiple of the page size, more than 0
 * @param readOnly see {@link #asReadOnly}
 * @param dirtyLogged see {@link #withDirtyLog}
 * @param file see {@link #in}
 * @param host see {@link #on}
 */
public record MemorySpec(
    long guestAddress,
    long sizeBytes,
    boolean readOnly,
    boolean dirtyLogged,
    Optional<FileRange> file,
    HostMemory host) {

  /**
   * Where in a guest_memfd a slot's memory begins.
   *
   * @param memfd of the same VM
   * @param offsetBytes a multiple of the page size
   */
  public record FileRange(GuestMemfd memfd, long offsetBytes) {
    /** Checks that there is a file. */
    public FileRange {
      Objects.requireNonNull(memfd, "memfd");
    }
  }

  /**
   * Checks what KVM would refuse.
   *
   * @throws IllegalArgumentException if memory in a guest_memfd is read-only, dirty-logged or of a
   *     certain kind, or memory in huge pages no multiple of those
   */
  public MemorySpec {
    if (file.isPresent() && !host.equals(HostMemory.STANDARD)) {
      throw new IllegalArgumentException(
          "A guest_memfd has memory of its own: leave out huge pages and memfd, or the guest_memfd");
    }
    if (host.hugePages() && sizeBytes % HostMemory.HUGE_PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole huge pages: use a multiple of 2 MiB".formatted(sizeBytes));
    }
    if (file.isPresent() && (readOnly || dirtyLogged)) {
      throw new IllegalArgumentException(
          "KVM cannot make memory in a guest_memfd read-only or log its writes: leave out the one"
              + " or the other");
    }
  }

  /** Plain RAM, zeroed. */
  public static MemorySpec ram(long guestAddress, long sizeBytes) {
    return new MemorySpec(
        guestAddress, sizeBytes, false, false, Optional.empty(), HostMemory.STANDARD);
  }

  /**
   * Memory that the guest reads without an exit, while its writes go to the MMIO bus: firmware and
   * flash. The host may write it. Needs KVM_CAP_READONLY_MEM.
   */
  public MemorySpec asReadOnly() {
    return new MemorySpec(guestAddress, sizeBytes, true, dirtyLogged, file, host);
  }

  /** Memory whose written pages KVM notes, for {@link MemorySlots#dirtyLog} or dirty rings. */
  public MemorySpec withDirtyLog() {
    return new MemorySpec(guestAddress, sizeBytes, readOnly, true, file, host);
  }

  /**
   * Memory in a guest_memfd. Needs KVM_CAP_USER_MEMORY2.
   *
   * @param offsetBytes where in the file, a multiple of the page size
   */
  public MemorySpec in(GuestMemfd memfd, long offsetBytes) {
    return new MemorySpec(
        guestAddress,
        sizeBytes,
        readOnly,
        dirtyLogged,
        Optional.of(new FileRange(memfd, offsetBytes)),
        host);
  }

  /** Memory of a certain kind of the host's. */
  public MemorySpec on(HostMemory kind) {
    return new MemorySpec(guestAddress, sizeBytes, readOnly, dirtyLogged, file, kind);
  }
}
