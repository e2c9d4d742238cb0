package org.kvm4j.device;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A device's saved state in memory: one device writes it, another reads it.
 *
 * <p>Threading: one thread at a time.
 */
public class DeviceState implements StateWriter, StateReader {

  private final Map<String, Object> values = new TreeMap<>();

  /** Empty. */
  public DeviceState() {}

  /** The same values, to be changed on their own. */
  protected DeviceState(DeviceState other) {
    values.putAll(other.values);
  }

  /** The keys, sorted. */
  public final Set<String> keys() {
    return new TreeSet<>(values.keySet());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the key is there already, as for all {@code put} methods
   */
  @Override
  public DeviceState put(String key, int value) {
    return add(key, value);
  }

  @Override
  public DeviceState put(String key, long value) {
    return add(key, value);
  }

  @Override
  public DeviceState put(String key, boolean value) {
    return add(key, value);
  }

  @Override
  public DeviceState put(String key, byte[] value) {
    return add(key, value.clone());
  }

  @Override
  public final int intValue(String key, int min, int max) {
    int value = value(key, Integer.class);
    checkRange(key, value, min, max);
    return value;
  }

  @Override
  public final long longValue(String key, long min, long max) {
    long value = value(key, Long.class);
    checkRange(key, value, min, max);
    return value;
  }

  @Override
  public final boolean booleanValue(String key) {
    return value(key, Boolean.class);
  }

  @Override
  public final byte[] bytes(String key, int maxLength) {
    byte[] value = value(key, byte[].class);
    if (value.length > maxLength) {
      throw new DeviceStateException(
          "State value '%s': %d bytes. At most %d are allowed."
              .formatted(key, value.length, maxLength));
    }
    return value.clone();
  }

  /**
   * The value of a key as it is kept: Integer, Long, Boolean or byte[].
   *
   * @throws NullPointerException if there is none
   */
  protected final Object raw(String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  /** Whether there is a value of that key. */
  protected final boolean has(String key) {
    return values.containsKey(key);
  }

  /** Takes a key out, which must be there. */
  protected final void take(String key) {
    Objects.requireNonNull(values.remove(key), key);
  }

  private DeviceState add(String key, Object value) {
    if (values.putIfAbsent(Objects.requireNonNull(key, "key"), value) != null) {
      throw new IllegalArgumentException(
          "State value '%s' is there already. Give each value its own key.".formatted(key));
    }
    return this;
  }

  private <T> T value(String key, Class<T> type) {
    Object value = values.get(key);
    if (value == null) {
      throw new DeviceStateException(
          "State value '%s' is missing. Values: %s.".formatted(key, values.keySet()));
    }
    if (!type.isInstance(value)) {
      throw new DeviceStateException(
          "State value '%s' is of type %s. It must be %s."
              .formatted(key, value.getClass().getSimpleName(), type.getSimpleName()));
    }
    return type.cast(value);
  }

  private static void checkRange(String key, long value, long min, long max) {
    if (min > max) {
      throw new IllegalArgumentException(
          "State value '%s': the bounds %d to %d hold nothing.".formatted(key, min, max));
    }
    if (value < min || value > max) {
      throw new DeviceStateException(
          "State value '%s' is %d. It must be %d to %d.".formatted(key, value, min, max));
    }
  }
}
