package org.kvm4j.bus;

/**
 * The guest-physical addresses of one VM that are not memory slots.
 *
 * <p>Routing, splitting and the answer of unclaimed addresses are as for {@link PioBus}. KVM hands
 * over accesses of 1 to 8 bytes; odd sizes (the halves of an access that straddles a page) are
 * split into bytes.
 *
 * <p>Threading: as {@link PioBus}.
 */
public interface MmioBus {

  /**
   * Gives the addresses {@code base} to {@code base + length - 1} to a handler.
   *
   * @param base guest-physical, unsigned
   * @throws IllegalArgumentException if the range is empty or wraps around, or the handler's width
   *     is not 1, 2, 4 or 8
   * @throws IllegalStateException if ranges can no longer be added: a device registers while it is
   *     being created, before the VM starts
   * @throws org.kvm4j.device.DeviceConflictException if an address belongs to another handler
   *     already; an implementation that collects the requests of all devices first reports it
   *     later, before the VM starts
   */
  void register(long base, long length, MmioHandler handler);

  /**
   * Performs a load as the guest does.
   *
   * @param address guest-physical, unsigned
   * @param size 1 to 8 bytes
   * @return the value, zero-extended from {@code size} bytes
   */
  long read(long address, int size);

  /**
   * Performs a store as the guest does.
   *
   * @param address guest-physical, unsigned
   * @param size 1 to 8 bytes
   * @param value whose bits above {@code size} bytes are ignored
   */
  void write(long address, int size, long value);
}
