package org.kvm4j.core.device;

import java.util.Map;

/**
 * A device to be made.
 *
 * @param type what it is
 * @param options the user's, name to text
 */
public record DeviceSpec(DeviceType type, Map<String, String> options) {

  /** Copies the options. */
  public DeviceSpec {
    options = Map.copyOf(options);
  }
}
