package org.kvm4j;

/**
 * An exit that a vCPU has had, for diagnosis; the same access again and again is one of them.
 * Immutable.
 *
 * @param reason {@code KVM_EXIT_*}
 * @param write for an access to a bus, its direction
 * @param sizeBytes of the access; 0 if it was none
 * @param address the port, or the guest-physical address
 * @param value the last one read or written; of a string instruction, its last element
 * @param times how often in a row, counting a string instruction's elements one by one
 */
public record PastExit(
    int reason, boolean write, int sizeBytes, long address, long value, long times) {

  /** KVM_EXIT_IO, an access to a port. */
  public static final int IO = 2;

  /** KVM_EXIT_MMIO, an access to memory that is no RAM. */
  public static final int MMIO = 6;

  /** Whether it was an access to a port. */
  public boolean isPort() {
    return reason == IO;
  }

  /** Whether it was an access to a bus. */
  public boolean isAccess() {
    return reason == IO || reason == MMIO;
  }
}
