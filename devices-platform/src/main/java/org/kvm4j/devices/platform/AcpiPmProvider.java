package org.kvm4j.devices.platform;

import java.util.List;

/** Offers the device {@code acpi-pm}. */
public final class AcpiPmProvider extends PlatformDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public AcpiPmProvider() {
    super(
        "acpi-pm",
        "ACPI fixed hardware: power-off, events, timer",
        List.of(AcpiPm.BASE, AcpiPm.IRQ),
        AcpiPm::create);
  }
}
