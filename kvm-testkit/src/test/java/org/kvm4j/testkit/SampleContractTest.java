package org.kvm4j.testkit;

import org.kvm4j.device.DeviceProvider;

/** A device without flaws passes the contract. */
final class SampleContractTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new SampleProvider();
  }
}
