package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code pvpanic}. */
public final class PvpanicProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PvpanicProvider() {
    super(
        API_VERSION,
        "pvpanic",
        "tells the host of a guest's panic, port 0x505",
        List.of(),
        Pvpanic.RESOURCES,
        Pvpanic::create);
  }
}
