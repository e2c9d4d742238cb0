package org.kvm4j.testkit;

import org.kvm4j.device.DeviceProvider;

/** The contract of a device that does not keep it; run by {@link DeviceContractTest} alone. */
final class FlawedDevice extends DeviceContract {

  static Flaw flaw; // JUnit creates this class, so the flaw cannot come in by the constructor

  @Override
  protected DeviceProvider provider() {
    return flaw == Flaw.NOT_LISTED ? new SampleProvider.Unlisted() : new SampleProvider(flaw);
  }
}
