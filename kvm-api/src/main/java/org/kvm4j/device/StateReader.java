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
}
