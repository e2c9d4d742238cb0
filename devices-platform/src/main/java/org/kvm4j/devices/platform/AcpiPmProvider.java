package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code acpi-pm}. */
public final class AcpiPmProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public AcpiPmProvider() {
    super(
        API_VERSION,
        "acpi-pm",
        "ACPI fixed hardware: power-off, events, timer",
        List.of(AcpiPm.BASE, AcpiPm.IRQ),
        AcpiPm::create);
  }
}
