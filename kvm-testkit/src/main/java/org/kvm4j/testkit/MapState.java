package org.kvm4j.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/**
 * A saved state in memory: a device writes it, a device reads it, and a test may change it in
 * between. Two states are equal if they hold the same keys with the same types and values.
 *
 * <p>Threading: one thread.
 */
public final class MapState implements StateWriter, StateReader {

  private final Map<String, Object> values = new TreeMap<>();

  /** Empty. */
  public MapState() {}

  /** What {@code device} saves now. */
  public static MapState of(Device device) {
    MapState state = new MapState();
    device.save(state);
    return state;
  }

  /** The same values, to be changed on their own. */
  public MapState copy() {
    MapState copy = new MapState();
    copy.values.putAll(values);
    return copy;
  }

  /** The keys, sorted. */
  public Set<String> keys() {
    return new TreeSet<>(values.keySet());
  }

  /** Removes a key, which must be there. */
  public MapState remove(String key) {
    Objects.requireNonNull(values.remove(key), key);
    return this;
  }

  /** Puts {@code value} in the place of another, which must be there. */
  public MapState replace(String key, int value) {
    return remove(key).put(key, value);
  }

  /** As {@link #replace(String, int)}. */
  public MapState replace(String key, long value) {
    return remove(key).put(key, value);
  }

  /** As {@link #replace(String, int)}. */
  public MapState replace(String key, boolean value) {
    return remove(key).put(key, value);
  }

  /** As {@link #replace(String, int)}. */
  public MapState replace(String key, byte[] value) {
    return remove(key).put(key, value);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the key is there already, as for all {@code put} methods
   */
  @Override
  public MapState put(String key, int value) {
    return add(key, value);
  }

  @Override
  public MapState put(String key, long value) {
    return add(key, value);
  }

  @Override
  public MapState put(String key, boolean value) {
    return add(key, value);
  }

  @Override
  public MapState put(String key, byte[] value) {
    return add(key, value.clone());
  }

  @Override
  public int intValue(String key, int min, int max) {
    int value = value(key, Integer.class);
    checkRange(key, value, min, max);
    return value;
  }

  @Override
  public long longValue(String key, long min, long max) {
    long value = value(key, Long.class);
    checkRange(key, value, min, max);
    return value;
  }

  @Override
  public boolean booleanValue(String key) {
    return value(key, Boolean.class);
  }

  @Override
  public byte[] bytes(String key, int maxLength) {
    byte[] value = value(key, byte[].class);
    if (value.length > maxLength) {
      throw new DeviceStateException(
          "State value '%s': %d bytes. At most %d are allowed."
              .formatted(key, value.length, maxLength));
    }
    return value.clone();
  }

  /** The bytes that keys and values take, about. */
  public int sizeBytes() {
    return values.entrySet().stream().mapToInt(e -> e.getKey().length() + size(e.getValue())).sum();
  }

  /** One line for each key that differs, such as {@code lcr: 3, other 0}; none if equal. */
  public List<String> differences(MapState other) {
    Set<String> keys = keys();
    keys.addAll(other.values.keySet());
    return keys.stream()
        .filter(key -> !Objects.deepEquals(values.get(key), other.values.get(key)))
        .map(key -> "%s: %s, other %s".formatted(key, text(key), other.text(key)))
        .toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapState that && differences(that).isEmpty();
  }

  @Override
  public int hashCode() {
    return values.keySet().hashCode(); // byte arrays would hash by identity
  }

  @Override
  public String toString() {
    return keys().stream().map(key -> key + "=" + text(key)).toList().toString();
  }

  /** The raw value of a key that is there: Integer, Long, Boolean or byte[]. */
  Object raw(String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  private MapState add(String key, Object value) {
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

  private String text(String key) {
    Object value = values.get(key);
    if (value == null) {
      return "missing";
    }
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : value.toString();
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

  private static int size(Object value) {
    return value instanceof byte[] bytes ? bytes.length : Long.BYTES;
  }
}
