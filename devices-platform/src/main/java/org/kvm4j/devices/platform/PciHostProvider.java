package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code pci-host}. */
public final class PciHostProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PciHostProvider() {
    super(
        API_VERSION,
        "pci-host",
        "PCI host bridge without slots, reset register 0xcf9",
        List.of(),
        PciHost.RESOURCES,
        PciHost::create);
  }
}
