package org.kvm4j.machine;

import org.kvm4j.core.device.DeviceSet;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.device.DeviceException;

/**
 * What came of the replacement of one device.
 *
 * @param done whether the new one is in use
 * @param sentence for the user
 */
public record Replacement(boolean done, String sentence) {

  /** Replaces a device, or says why not. */
  static Replacement of(DeviceSet devices, String id, DeviceType newer) {
    try {
      return done(id, newer, devices.replace(id, newer));
    } catch (DeviceException e) {
      return new Replacement(false, e.getMessage());
    }
  }

  private static Replacement done(String id, DeviceType newer, boolean withState) {
    return new Replacement(
        true,
        "Device %s is now that of %s %s%s."
            .formatted(
                id,
                newer.origin().name(),
                newer.origin().version(),
                withState
                    ? ", with its state"
                    : ", and starts afresh as the one before had failed"));
  }
}
