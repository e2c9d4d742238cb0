package org.kvm4j.io;

/**
 * Ranges whose writes the kernel collects, to be served together at the next exit.
 *
 * <p>For registers that a guest writes often and whose writes can wait, such as a frame buffer's: a
 * write costs no exit. The kernel puts the writes of all vCPUs into one ring of less than a page;
 * when it is full, which Linux 6.1 may find when it is half full, a write is an ordinary exit.
 * {@link org.kvm4j.Vcpu#run} hands what was collected to the buses of its own vCPU before it serves
 * or returns anything else, so that each vCPU's accesses arrive in the order in which the guest
 * made them, and each exactly once. Reads are always exits.
 *
 * <p>A write stays in the ring until some vCPU leaves the guest. To have it earlier, {@link
 * org.kvm4j.Vcpu#kick} one. While a collected write is being served, other vCPUs that come out of
 * the guest wait for it: a handler must not wait for another vCPU. What a handler throws leaves
 * {@code run}; its write counts as served, those behind it are served at the next exit.
 *
 * <p>Threading: any thread, also while the guest runs. Every method throws {@link
 * IllegalStateException} once the VM is closed, and {@link org.kvm4j.KvmCapabilityException} if
 * this KVM lacks KVM_CAP_COALESCED_MMIO, or KVM_CAP_COALESCED_PIO for ports. KVM API, section
 * 4.116, KVM_(UN)REGISTER_COALESCED_MMIO.
 */
public interface Coalescing {

  /**
   * Collects writes to memory that is no RAM. KVM_REGISTER_COALESCED_MMIO.
   *
   * @param address guest-physical
   * @param sizeBytes more than 0; an access counts if all its bytes are inside
   * @throws IllegalArgumentException if the range is empty, wraps around, or overlaps one that is
   *     collected already
   * @throws org.kvm4j.KvmIoctlException ENOSPC: KVM's bus is full, at about 1000 of these ranges
   *     (NR_IOBUS_DEVS); memory and ports have a bus each
   */
  void coalesceMemory(long address, int sizeBytes);

  /**
   * Collects writes to ports. KVM_REGISTER_COALESCED_MMIO.
   *
   * @param port the first, 0 to 65535
   * @param count of ports, more than 0; an access counts if all its bytes are inside
   * @throws IllegalArgumentException if the range is empty, leaves the 65536 ports, or overlaps one
   *     that is collected already
   * @throws org.kvm4j.KvmIoctlException ENOSPC: KVM's bus is full, at about 1000 of these ranges
   *     (NR_IOBUS_DEVS); memory and ports have a bus each
   */
  void coalescePorts(int port, int count);

  /**
   * Makes writes ordinary exits again; those collected are still served.
   * KVM_UNREGISTER_COALESCED_MMIO.
   *
   * @throws IllegalArgumentException unless {@link #coalesceMemory} was given the same range
   */
  void uncoalesceMemory(long address, int sizeBytes);

  /**
   * Makes writes ordinary exits again; those collected are still served.
   * KVM_UNREGISTER_COALESCED_MMIO.
   *
   * @throws IllegalArgumentException unless {@link #coalescePorts} was given the same range
   */
  void uncoalescePorts(int port, int count);
}
