package org.kvm4j.devices.irqchip;

import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.StateReader;

/** Reads from a saved state what the range check of {@link StateReader} alone cannot judge. */
final class SavedBits {

  private SavedBits() {}

  /** A register of which only the bits of {@code mask} can be set. */
  static int register(StateReader in, String key, int mask) {
    int value = in.intValue(key, 0, mask);
    if ((value & ~mask) != 0) {
      throw new DeviceStateException(
          "Saved %s=0x%x is refused: only the bits 0x%x exist. Take an intact state."
              .formatted(key, value, mask));
    }
    return value;
  }

  /** An array that must have exactly {@code length} bytes. */
  static byte[] array(StateReader in, String key, int length) {
    byte[] value = in.bytes(key, length);
    if (value.length != length) {
      throw new DeviceStateException(
          "Saved %s is refused: %d bytes instead of %d. Take an intact state."
              .formatted(key, value.length, length));
    }
    return value;
  }
}
