package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code debug-exit}. */
public final class DebugExitProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public DebugExitProvider() {
    super(
        API_VERSION,
        "debug-exit",
        "ends the machine with a status that the guest writes",
        List.of(DebugExit.BASE),
        DebugExit::create);
  }
}
