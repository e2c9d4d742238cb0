package org.kvm4j.core.testkit;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.DeviceOption;

/** Makes the device of {@link GuestTestIT}. */
public final class ThermometerProvider extends AbstractDeviceProvider {

  static final DeviceOption<Long> BASE =
      DeviceOption.addresses("base", Thermometer.SIZE_BYTES, "0xd0000000", "its registers");
  static final DeviceOption<Integer> IRQ = DeviceOption.sharedInterrupt("irq", "5", "its alarm");

  /** For the extension of JUnit. */
  public ThermometerProvider() {
    super(API_VERSION, "thermometer", "a thermometer", List.of(BASE, IRQ), Thermometer::new);
  }
}
