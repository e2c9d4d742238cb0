package org.kvm4j.device;

/**
 * Takes a device's state as keyed primitives.
 *
 * <p>Keys are unique within a device and part of the format: once released, a key keeps its
 * meaning. Threading: the caller's.
 */
public interface StateWriter {

  /** Adds an {@code int} (also for bytes, shorts and enum ordinals). */
  StateWriter put(String key, int value);

  /** Adds a {@code long}. */
  StateWriter put(String key, long value);

  /** Adds a {@code boolean}. */
  StateWriter put(String key, boolean value);

  /** Adds bytes, copied. */
  StateWriter put(String key, byte[] value);
}
