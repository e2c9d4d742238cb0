package org.kvm4j.devices.platform;

import java.util.List;

/** Offers the device {@code reset-control}. */
public final class ResetControlProvider extends PlatformDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public ResetControlProvider() {
    super(
        "reset-control",
        "chipset reset control register, port 0xcf9",
        List.of(),
        ResetControl::create);
  }
}
