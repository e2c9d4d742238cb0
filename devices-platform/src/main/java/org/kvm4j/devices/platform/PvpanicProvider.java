package org.kvm4j.devices.platform;

import java.util.List;

/** Offers the device {@code pvpanic}. */
public final class PvpanicProvider extends PlatformDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PvpanicProvider() {
    super("pvpanic", "tells the host of a guest's panic, port 0x505", List.of(), Pvpanic::create);
  }
}
