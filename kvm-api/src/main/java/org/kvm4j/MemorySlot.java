package org.kvm4j;

/**
 * One range of guest RAM and the host memory behind it. KVM_SET_USER_MEMORY_REGION.
 *
 * @param id slot number, from 0
 * @param guestAddress guest-physical, page-aligned
 * @param sizeBytes a multiple of the page size
 * @param readOnly whether a guest's write goes to the MMIO bus instead; KVM_MEM_READONLY
 * @param dirtyLogged whether KVM notes the pages that are written; KVM_MEM_LOG_DIRTY_PAGES
 * @param inGuestMemfd whether a guest_memfd is behind it; KVM_MEM_GUEST_MEMFD
 */
public record MemorySlot(
    int id,
    long guestAddress,
    long sizeBytes,
    boolean readOnly,
    boolean dirtyLogged,
    boolean inGuestMemfd) {

  /** Plain RAM. */
  public MemorySlot(int id, long guestAddress, long sizeBytes) {
    this(id, guestAddress, sizeBytes, false, false, false);
  }

  /** The first address after the slot. */
  public long endAddress() {
    return guestAddress + sizeBytes;
  }
}
