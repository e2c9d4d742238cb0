package org.kvm4j.device;

/**
 * Gives back what a {@link StateWriter} took; untrusted, so ranges are part of every question.
 *
 * <p>Every method throws {@link DeviceStateException} if the key is missing or holds another type.
 * Threading: the caller's.
 */
public interface StateReader {

  /**
   * An {@code int} within bounds.
   *
   * @param min the least value allowed
   * @param max the greatest value allowed
   * @throws DeviceStateException if the value is outside, too
   */
  int intValue(String key, int min, int max);

  /**
   * A {@code long} within bounds.
   *
   * @param min the least value allowed
   * @param max the greatest value allowed
   * @throws DeviceStateException if the value is outside, too
   */
  long longValue(String key, long min, long max);

  /** A {@code boolean}. */
  boolean booleanValue(String key);

  /**
   * Bytes, a copy.
   *
   * @param maxLength the greatest length allowed
   * @throws DeviceStateException if there are more, too
   */
  byte[] bytes(String key, int maxLength);

  /**
   * A register of which only some bits can be set.
   *
   * @param mask those bits, as a number that is not negative
   * @throws DeviceStateException if another is set, too
   */
  default int bits(String key, int mask) {
    int value = intValue(key, 0, mask);
    if ((value & ~mask) != 0) {
      throw new DeviceStateException(
          "Saved %s=0x%x is refused: only the bits 0x%x exist. Take an intact state."
              .formatted(key, value, mask));
    }
    return value;
  }

  /**
   * Bytes, a copy.
   *
   * @param length how many there must be
   * @throws DeviceStateException if there are more or fewer, too
   */
  default byte[] bytesExactly(String key, int length) {
    byte[] value = bytes(key, length);
    if (value.length != length) {
      throw new DeviceStateException(
          "Saved %s is refused: %d bytes instead of %d. Take an intact state."
              .formatted(key, value.length, length));
    }
    return value;
  }
}
