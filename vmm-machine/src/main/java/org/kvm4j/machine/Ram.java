package org.kvm4j.machine;

/**
 * A machine's memory.
 *
 * @param bytes whole pages; {@link org.kvm4j.machine.boot.MemoryLayout#ofRam} says how much may be
 */
public record Ram(long bytes) {

  /** So much of the plainest kind. */
  public static Ram of(long bytes) {
    return new Ram(bytes);
  }
}
