package org.kvm4j.devices.pit;

import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;

class PitContractTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new PitProvider();
  }
}
