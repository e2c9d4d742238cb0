package org.kvm4j;

import java.util.OptionalInt;

/**
 * What the memory that a vCPU shares with the kernel is made of: one page each for struct kvm_run,
 * for the data of port accesses, and for the ring of coalesced writes. Immutable; any thread.
 *
 * <p>The run page is the first. KVM API, KVM_GET_VCPU_MMAP_SIZE and KVM_RUN.
 *
 * @param sizeBytes of the whole
 * @param pioOffsetBytes where the page of port data begins (KVM_PIO_PAGE_OFFSET)
 * @param coalescedRingOffsetBytes where the ring begins; empty if KVM has none. It is one ring for
 *     the VM, seen through each of its vCPUs
 */
public record RunAreaLayout(
    int sizeBytes, int pioOffsetBytes, OptionalInt coalescedRingOffsetBytes) {

  /** The bytes of each part. */
  public static final int PAGE_BYTES = 4096;

  /**
   * Checks that the parts are whole pages of the area, and that no two are the same.
   *
   * @throws IllegalArgumentException if they are not
   */
  public RunAreaLayout {
    if (sizeBytes < PAGE_BYTES || sizeBytes % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "A run area of %d bytes: use whole pages of %d bytes".formatted(sizeBytes, PAGE_BYTES));
    }
    check("The page of port data", pioOffsetBytes, sizeBytes);
    if (coalescedRingOffsetBytes.isPresent()) {
      int ring = coalescedRingOffsetBytes.getAsInt();
      check("The coalesced ring", ring, sizeBytes);
      if (ring == pioOffsetBytes) {
        throw new IllegalArgumentException(
            "The coalesced ring and the port data are both at %d: give each a page of its own"
                .formatted(ring));
      }
    }
  }

  private static void check(String what, int offset, int sizeBytes) {
    if (offset < PAGE_BYTES || offset > sizeBytes - PAGE_BYTES || offset % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "%s at %d of %d bytes: use a page of the area behind the first"
              .formatted(what, offset, sizeBytes));
    }
  }
}
