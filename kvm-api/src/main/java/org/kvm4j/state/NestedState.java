package org.kvm4j.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What KVM keeps for a hypervisor inside the guest: a header and the vendor's data. struct
 * kvm_nested_state.
 *
 * <p>Opaque but for its header: it fits only a host with the same vendor's processor.
 *
 * @param bytes header and data; as many as the header's size says
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record NestedState(byte[] bytes) {

  /** The bytes of the header. */
  public static final int HEADER_BYTES = 128;

  /** More than any vendor's state has; a file that says more is damaged. */
  public static final int MAX_BYTES = 1 << 20;

  private static final int FLAGS = 0;
  private static final int FORMAT = 2;
  private static final int SIZE = 4;

  /** Copies the bytes, and checks their number against the header. */
  public NestedState {
    if (bytes.length < HEADER_BYTES || bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a nested state of %d bytes: %d to %d can be one"
              .formatted(bytes.length, HEADER_BYTES, MAX_BYTES));
    }
    bytes = bytes.clone();
    int size = littleEndian(bytes).getInt(SIZE);
    if (size != bytes.length) {
      throw new IllegalArgumentException(
          "a nested state of %d bytes says that it has %d: give all of it, and no more"
              .formatted(bytes.length, Integer.toUnsignedLong(size)));
    }
  }

  /** A copy. */
  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  /** {@code KVM_STATE_NESTED_*}: 1 in guest mode, 2 entry pending, 4 enlightened, 0x100 GIF. */
  public int flags() {
    return Short.toUnsignedInt(littleEndian(bytes).getShort(FLAGS));
  }

  /** {@code KVM_STATE_NESTED_FORMAT_*}: 0 is Intel's VMX, 1 is AMD's SVM. */
  public int format() {
    return Short.toUnsignedInt(littleEndian(bytes).getShort(FORMAT));
  }

  /** The bytes of header and data. */
  public int sizeBytes() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NestedState that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "NestedState[format=%d, flags=0x%x, %d bytes]"
        .formatted(format(), flags(), bytes.length);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
