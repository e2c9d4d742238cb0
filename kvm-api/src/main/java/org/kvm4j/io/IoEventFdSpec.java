package org.kvm4j.io;

import java.util.OptionalLong;

/**
 * Which guest writes signal an {@link EventFd}. struct kvm_ioeventfd; KVM API, KVM_IOEVENTFD.
 *
 * @param port whether it is a port, not memory
 * @param address the port, or a guest-physical address; the first byte of the access
 * @param lengthBytes of the access: 1, 2, 4, for memory also 8; 0 for any length
 * @param match the only value that signals; empty for any value
 */
public record IoEventFdSpec(boolean port, long address, int lengthBytes, OptionalLong match) {

  /** The length that stands for any. */
  public static final int ANY_LENGTH = 0;

  private static final int MOST_BYTES = 8;
  private static final int MOST_PORT_BYTES = 4;
  private static final int PORTS = 0x1_0000;

  /**
   * Checks the range, and that the value can occur.
   *
   * @throws IllegalArgumentException if not
   */
  public IoEventFdSpec {
    int most = port ? MOST_PORT_BYTES : MOST_BYTES;
    if (lengthBytes < 0 || lengthBytes > most || Integer.bitCount(lengthBytes) > 1) {
      throw new IllegalArgumentException(
          "%s of %d bytes: use 1, 2, 4%s, or 0 for any length"
              .formatted(port ? "a port" : "memory", lengthBytes, port ? "" : ", 8"));
    }
    if (port && (address < 0 || address + lengthBytes > PORTS || address >= PORTS)) {
      throw new IllegalArgumentException(
          "port 0x%x, %d bytes: stay within 0 to 0xffff".formatted(address, lengthBytes));
    }
    if (lengthBytes > 0 && Long.compareUnsigned(address, -lengthBytes) >= 0) {
      throw new IllegalArgumentException(
          "memory at 0x%x, %d bytes: the range reaches the end of the address space"
              .formatted(address, lengthBytes));
    }
    if (match.isPresent()) {
      checkMatch(lengthBytes, match.getAsLong());
    }
  }

  /**
   * Writes to a port, of any value.
   *
   * @param lengthBytes 1, 2, 4, or {@link #ANY_LENGTH}
   */
  public static IoEventFdSpec port(int port, int lengthBytes) {
    return new IoEventFdSpec(true, port, lengthBytes, OptionalLong.empty());
  }

  /**
   * Writes to guest-physical memory, of any value.
   *
   * @param lengthBytes 1, 2, 4, 8, or {@link #ANY_LENGTH}
   */
  public static IoEventFdSpec memory(long address, int lengthBytes) {
    return new IoEventFdSpec(false, address, lengthBytes, OptionalLong.empty());
  }

  /**
   * The same writes, but of one value; others go to the bus.
   *
   * @param value zero-extended from the length, which must not be {@link #ANY_LENGTH}
   */
  public IoEventFdSpec matching(long value) {
    return new IoEventFdSpec(port, address, lengthBytes, OptionalLong.of(value));
  }

  private static void checkMatch(int lengthBytes, long value) {
    if (lengthBytes == ANY_LENGTH) {
      throw new IllegalArgumentException("a value can be matched only with a length: name one");
    }
    if (lengthBytes < MOST_BYTES && value >>> (lengthBytes * Byte.SIZE) != 0) {
      throw new IllegalArgumentException(
          "0x%x does not fit in %d bytes: no write can match it".formatted(value, lengthBytes));
    }
  }
}
