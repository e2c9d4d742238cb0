package com.example.thermometer;

import java.util.Map;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;

/** What every device keeps to. */
final class ThermometerContractTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new ThermometerProvider();
  }

  /** With a control line, which the contract fills with noise. */
  @Override
  protected Map<String, String> options() {
    return Map.of("control", "memory", "fault", "noise");
  }
}
