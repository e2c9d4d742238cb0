package org.kvm4j.testkit;

/**
 * An access that no handler answered.
 *
 * @param isWrite whether the guest wrote
 * @param address of its lowest byte: a port or a guest-physical address
 * @param size in bytes
 * @param value what was written, or the ones that were read
 */
public record UnclaimedAccess(boolean isWrite, long address, int size, long value) {

  @Override
  public String toString() {
    return "%s 0x%x, %d bytes, 0x%x".formatted(isWrite ? "write" : "read", address, size, value);
  }
}
