package org.kvm4j.devices.serial;

import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;

/** The serial port as a device plug-in. */
class SerialContractTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new SerialProvider();
  }
}
