package org.kvm4j.testkit;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Saved states with something wrong, made from one that is right. */
final class DamagedStates {

  private static final int TOO_MANY_BYTES = 1 << 20;

  private final MapState good;
  private final Map<String, MapState> damaged = new LinkedHashMap<>();

  private DamagedStates(MapState good) {
    this.good = good;
  }

  /** One value wrong at a time: what is wrong, and the state. */
  static Map<String, MapState> of(MapState good) {
    DamagedStates states = new DamagedStates(good);
    states.damaged.put("an empty state", new MapState());
    good.keys().forEach(states::damage);
    return states.damaged;
  }

  /** Every value random, of its type. */
  static MapState random(MapState good, SplittableRandom random) {
    MapState state = good.copy();
    for (String key : good.keys()) {
      Object value = good.valueOf(key);
      if (value instanceof Integer) {
        state.replace(key, random.nextInt() >> random.nextInt(32));
      } else if (value instanceof Long) {
        state.replace(key, random.nextLong() >> random.nextInt(64));
      } else if (value instanceof Boolean) {
        state.replace(key, random.nextBoolean());
      } else if (value instanceof byte[] bytes) {
        byte[] noise = new byte[bytes.length];
        random.nextBytes(noise);
        state.replace(key, noise);
      }
    }
    return state;
  }

  private void damage(String key) {
    damaged.put(key + " missing", good.copy().remove(key));
    Object value = good.valueOf(key);
    if (!(value instanceof Integer)) {
      put(key, 1);
    }
    if (!(value instanceof Long)) {
      put(key, 1L);
    }
    if (!(value instanceof Boolean)) {
      put(key, true);
    }
    if (!(value instanceof byte[])) {
      put(key, new byte[] {1});
    }
    if (value instanceof Integer number) {
      for (int other : new int[] {Integer.MIN_VALUE, -1, 0, number + 1, 256, Integer.MAX_VALUE}) {
        put(key, other);
      }
    } else if (value instanceof Long number) {
      for (long other : new long[] {Long.MIN_VALUE, -1, 0, number + 1, Long.MAX_VALUE}) {
        put(key, other);
      }
    } else if (value instanceof Boolean flag) {
      put(key, !flag);
    } else if (value instanceof byte[] bytes) {
      byte[] ones = bytes.clone();
      Arrays.fill(ones, (byte) -1);
      put(key, ones);
      put(key, new byte[0]);
      put(key, Arrays.copyOf(bytes, Math.max(0, bytes.length - 1)));
      put(key, Arrays.copyOf(bytes, bytes.length + 1));
      put(key, new byte[TOO_MANY_BYTES]);
    }
  }

  private void put(String key, int value) {
    damaged.put("%s = int %d".formatted(key, value), good.copy().replace(key, value));
  }

  private void put(String key, long value) {
    damaged.put("%s = long %d".formatted(key, value), good.copy().replace(key, value));
  }

  private void put(String key, boolean value) {
    damaged.put("%s = %b".formatted(key, value), good.copy().replace(key, value));
  }

  private void put(String key, byte[] value) {
    damaged.put(
        "%s = %d bytes, hash %x".formatted(key, value.length, Arrays.hashCode(value)),
        good.copy().replace(key, value));
  }
}
