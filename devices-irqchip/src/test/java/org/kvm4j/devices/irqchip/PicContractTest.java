package org.kvm4j.devices.irqchip;

import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;

class PicContractTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new PicProvider();
  }
}
