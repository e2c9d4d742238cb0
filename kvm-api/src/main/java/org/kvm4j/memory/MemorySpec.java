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
 */
public record MemorySpec(
    long guestAddress,
    long sizeBytes,
    boolean readOnly,
    boolean dirtyLogged,
    Optional<FileRange> file) {

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
   * @throws IllegalArgumentException if memory in a guest_memfd is read-only or dirty-logged
   */
  public MemorySpec {
    if (file.isPresent() && (readOnly || dirtyLogged)) {
      throw new IllegalArgumentException(
          "KVM cannot make memory in a guest_memfd read-only or log its writes: leave out the one"
              + " or the other");
    }
  }

  /** Plain RAM, zeroed. */
  public static MemorySpec ram(long guestAddress, long sizeBytes) {
    return new MemorySpec(guestAddress, sizeBytes, false, false, Optional.empty());
  }

  /**
   * Memory that the guest reads without an exit, while its writes go to the MMIO bus: firmware and
   * flash. The host may write it. Needs KVM_CAP_READONLY_MEM.
   */
  public MemorySpec asReadOnly() {
    return new MemorySpec(guestAddress, sizeBytes, true, dirtyLogged, file);
  }

  /** Memory whose written pages KVM notes, for {@link MemorySlots#dirtyLog} or dirty rings. */
  public MemorySpec withDirtyLog() {
    return new MemorySpec(guestAddress, sizeBytes, readOnly, true, file);
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
        Optional.of(new FileRange(memfd, offsetBytes)));
  }
}
