package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code i8042}. */
public final class I8042Provider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public I8042Provider() {
    super(
        API_VERSION,
        "i8042",
        "keyboard controller that only resets, ports 0x60 and 0x64",
        List.of(),
        I8042.RESOURCES,
        I8042::create);
  }
}
