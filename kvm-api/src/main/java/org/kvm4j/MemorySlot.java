package org.kvm4j;

/**
 * One range of guest RAM and the host memory behind it. KVM_SET_USER_MEMORY_REGION.
 *
 * @param id slot number, from 0
 * @param guestAddress guest-physical, page-aligned
 * @param sizeBytes a multiple of the page size
 */
public record MemorySlot(int id, long guestAddress, long sizeBytes) {

  /** The first address after the slot. */
  public long endAddress() {
    return guestAddress + sizeBytes;
  }
}
