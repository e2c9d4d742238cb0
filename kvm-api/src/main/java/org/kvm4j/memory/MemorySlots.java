package org.kvm4j.memory;

import java.util.List;
import java.util.OptionalInt;
import org.kvm4j.MemorySlot;

/**
 * Memory slots: the ranges of guest-physical addresses that have memory behind them.
 *
 * <p>A {@link MemorySlot} is a value: what changes a slot gives a new one, and one that is out of
 * date is an {@link IllegalArgumentException}.
 *
 * <p>Threading: any thread, also while vCPUs run. Every method throws {@link IllegalStateException}
 * once the VM is closed, {@link org.kvm4j.KvmCapabilityException} where the host lacks what it
 * needs, and {@link org.kvm4j.KvmIoctlException} if the kernel refuses.
 */
public interface MemorySlots {

  /** The slots that there are, by id. */
  List<MemorySlot> all();

  /** The slots that a VM can have. KVM_CAP_NR_MEMSLOTS. */
  int limit();

  /**
   * Adds a slot, with the lowest free id. KVM_SET_USER_MEMORY_REGION, or with a guest_memfd
   * KVM_SET_USER_MEMORY_REGION2.
   *
   * @throws IllegalArgumentException if it is not whole pages, wraps around, overlaps another slot
   *     or the TSS or identity-map pages, or leaves its guest_memfd
   * @throws IllegalStateException if the VM has {@link #limit} slots
   */
  MemorySlot add(MemorySpec spec);

  /**
   * The descriptor of the file that is a slot's memory, from its start on. It belongs to the VM: to
   * keep it, duplicate it. Another process gets it over a Unix socket, or opens {@code
   * /proc/PID/fd/N}; it cannot be made shorter or longer.
   *
   * @return nothing if the slot was not added with {@link HostMemory#memfd}
   */
  OptionalInt memfd(MemorySlot slot);

  /**
   * Moves a slot with its content to another guest address. KVM_SET_USER_MEMORY_REGION.
   *
   * <p>Linux since 6.6 refuses it, with EINVAL, while a mediated graphics device (KVMGT) tracks the
   * guest's pages.
   *
   * @param guestAddress as in {@link #add}; may overlap where the slot is now
   * @return the slot as it is now
   * @throws IllegalArgumentException also if the slot is in a guest_memfd: KVM never moves those
   */
  MemorySlot move(MemorySlot slot, long guestAddress);

  /**
   * Switches a slot's dirty log on or off; what was logged is lost. KVM_SET_USER_MEMORY_REGION.
   *
   * <p>This is all that KVM lets be changed: to make memory read-only or writable, delete the slot
   * and add another.
   *
   * @return the slot as it is now
   * @throws IllegalArgumentException also if the slot is in a guest_memfd
   */
  MemorySlot setDirtyLogged(MemorySlot slot, boolean logged);

  /**
   * Makes plain RAM visible in system management mode, too, until it is deleted.
   *
   * <p>That mode has an address space of its own, without any memory at first: an SMI then ends the
   * VM or its vCPU. What the guest writes in that mode is in no dirty log.
   * KVM_SET_USER_MEMORY_REGION for address space 1.
   *
   * @throws org.kvm4j.KvmCapabilityException without KVM_CAP_MULTI_ADDRESS_SPACE
   * @throws IllegalArgumentException if the slot is not of this VM as it is now, or in a
   *     guest_memfd
   */
  void showInSmm(MemorySlot slot);

  /**
   * Deletes a slot and its content; its id is free again. KVM_SET_USER_MEMORY_REGION with size 0.
   *
   * <p>The host gets the pages back at once, but the process keeps their addresses until the VM is
   * closed, for a later slot of the same size. Slots of ever new sizes therefore use up addresses.
   */
  void delete(MemorySlot slot);

  /**
   * The pages of a slot that were written since the last call, by the guest or by KVM for it; not
   * those written through {@link org.kvm4j.GuestMemory}. A page that the guest has only read may be
   * among them, because KVM may map it writable at once. KVM_GET_DIRTY_LOG.
   *
   * <p>With {@link #enableManualDirtyLogProtect}, since {@link #clearDirtyLog} instead.
   *
   * @throws IllegalArgumentException also if the slot is not dirty-logged
   * @throws IllegalStateException if the VM has dirty rings, for then KVM keeps no bitmap (ENXIO)
   */
  PageBitmap dirtyLog(MemorySlot slot);

  /**
   * Makes {@link #dirtyLog} leave pages dirty until {@link #clearDirtyLog}.
   * KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 with KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE.
   *
   * @param initiallySet whether every page of a slot is dirty at first, which saves KVM the work of
   *     protecting all at once; KVM_DIRTY_LOG_INITIALLY_SET
   * @throws IllegalArgumentException if this KVM lacks KVM_DIRTY_LOG_INITIALLY_SET
   */
  void enableManualDirtyLogProtect(boolean initiallySet);

  /**
   * Makes pages of a slot clean, so that KVM notes the next write to each. KVM_CLEAR_DIRTY_LOG.
   *
   * @param firstPage the slot's page that is page 0 of {@code pages}; a multiple of 64
   * @param pages those to be cleaned; a multiple of 64 pages long, or up to the slot's end
   * @throws IllegalArgumentException also if the slot is not dirty-logged
   * @throws IllegalStateException if the VM has dirty rings
   */
  void clearDirtyLog(MemorySlot slot, int firstPage, PageBitmap pages);

  /**
   * Gives each vCPU a {@link DirtyRing} in place of the slots' bitmaps, for good. Before the first
   * vCPU, once. KVM_CAP_DIRTY_LOG_RING.
   *
   * @param sizeBytes of each ring, 16 for a page; a power of two from 4096 on, and at most the
   *     value of the capability. KVM refuses, with EINVAL, what is less than its reserve: 64
   *     entries, and on Intel those of the processor's own log, too
   * @throws IllegalStateException if there is a vCPU, or rings are enabled already
   */
  void enableDirtyRings(int sizeBytes);

  /**
   * Frees what was harvested from the rings of all vCPUs and protects the pages again. Call it
   * before the harvested pages are read, or writes from in between are lost. KVM_RESET_DIRTY_RINGS.
   *
   * @return the entries freed; a signal can make it fewer than were harvested
   * @throws IllegalStateException if the VM has no dirty rings
   */
  int resetDirtyRings();

  /**
   * The bound on KVM's shadow page tables, in pages. KVM_GET_NR_MMU_PAGES.
   *
   * @throws org.kvm4j.KvmIoctlException with ENOTTY from kernels that no longer have it; Linux 6.1
   *     has
   */
  int mmuPages();

  /**
   * Bounds KVM's shadow page tables. KVM_SET_NR_MMU_PAGES.
   *
   * @param pages 64 or more
   */
  void setMmuPages(int pages);

  /**
   * Creates a file for the guest's memory, which belongs to the VM. KVM_CREATE_GUEST_MEMFD.
   *
   * @param sizeBytes a multiple of the page size, more than 0
   * @throws IllegalArgumentException also if this KVM lacks a flag
   */
  GuestMemfd createGuestMemfd(long sizeBytes, GuestMemfdFlag... flags);

  /**
   * Sets what a range of addresses is, in place of what it was. KVM_SET_MEMORY_ATTRIBUTES.
   *
   * @param guestAddress page-aligned
   * @param sizeBytes a multiple of the page size, more than 0
   * @param attributes none for memory that is shared with the host
   * @throws IllegalArgumentException also if this VM lacks an attribute
   */
  void setAttributes(long guestAddress, long sizeBytes, MemoryAttribute... attributes);
}
