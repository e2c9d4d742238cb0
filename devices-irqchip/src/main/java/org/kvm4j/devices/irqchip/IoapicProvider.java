package org.kvm4j.devices.irqchip;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code ioapic}. */
public final class IoapicProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public IoapicProvider() {
    super(
        API_VERSION,
        "ioapic",
        "82093AA I/O APIC with 24 pins",
        List.of(),
        Ioapic.RESOURCES,
        Ioapic::create);
  }
}
