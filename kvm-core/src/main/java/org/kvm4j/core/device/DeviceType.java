package org.kvm4j.core.device;

import java.util.Objects;
import org.kvm4j.device.DeviceProvider;

/**
 * A device that can be had.
 *
 * @param provider makes it
 * @param origin where its code comes from
 */
public record DeviceType(DeviceProvider provider, Origin origin) {

  /** Both are needed. */
  public DeviceType {
    Objects.requireNonNull(provider, "provider");
    Objects.requireNonNull(origin, "origin");
  }

  /** A type whose code was there at start. */
  public static DeviceType builtIn(DeviceProvider provider) {
    return new DeviceType(provider, Origin.builtIn(provider.getClass()));
  }

  /** As a user writes it. */
  public String name() {
    return provider.type();
  }
}
