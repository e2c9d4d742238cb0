package org.kvm4j.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceState;

/**
 * A saved state that a test looks into, and changes on its way from a device to a device. Two
 * states are equal if they hold the same keys with the same types and values.
 *
 * <p>Threading: one thread.
 */
public final class MapState extends DeviceState {

  /** Empty. */
  public MapState() {}

  private MapState(MapState other) {
    super(other);
  }

  /** What {@code device} saves now. */
  public static MapState of(Device device) {
    MapState state = new MapState();
    device.save(state);
    return state;
  }

  /** The same values, to be changed on their own. */
  public MapState copy() {
    return new MapState(this);
  }

  /** Removes a key, which must be there. */
  public MapState remove(String key) {
    take(key);
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

  @Override
  public MapState put(String key, int value) {
    super.put(key, value);
    return this;
  }

  @Override
  public MapState put(String key, long value) {
    super.put(key, value);
    return this;
  }

  @Override
  public MapState put(String key, boolean value) {
    super.put(key, value);
    return this;
  }

  @Override
  public MapState put(String key, byte[] value) {
    super.put(key, value);
    return this;
  }

  /** The bytes that keys and values take, about. */
  public int sizeBytes() {
    return keys().stream().mapToInt(key -> key.length() + size(raw(key))).sum();
  }

  /** One line for each key that differs, such as {@code lcr: 3, other 0}; none if equal. */
  public List<String> differences(MapState other) {
    Set<String> keys = keys();
    keys.addAll(other.keys());
    return keys.stream()
        .filter(
            key -> !has(key) || !other.has(key) || !Objects.deepEquals(raw(key), other.raw(key)))
        .map(key -> "%s: %s, other %s".formatted(key, text(key), other.text(key)))
        .toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapState that && differences(that).isEmpty();
  }

  @Override
  public int hashCode() {
    return keys().hashCode(); // byte arrays would hash by identity
  }

  @Override
  public String toString() {
    return keys().stream().map(key -> key + "=" + text(key)).toList().toString();
  }

  /** The raw value of a key that is there: Integer, Long, Boolean or byte[]. */
  Object valueOf(String key) {
    return raw(key);
  }

  private String text(String key) {
    if (!has(key)) {
      return "missing";
    }
    Object value = raw(key);
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : value.toString();
  }

  private static int size(Object value) {
    return value instanceof byte[] bytes ? bytes.length : Long.BYTES;
  }
}
