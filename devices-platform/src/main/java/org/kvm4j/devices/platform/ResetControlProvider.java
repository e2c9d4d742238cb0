package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code reset-control}. */
public final class ResetControlProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public ResetControlProvider() {
    super(
        API_VERSION,
        "reset-control",
        "chipset reset control register, port 0xcf9",
        List.of(),
        ResetControl::create);
  }
}
