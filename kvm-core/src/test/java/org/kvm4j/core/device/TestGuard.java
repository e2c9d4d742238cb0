package org.kvm4j.core.device;

import java.time.Duration;
import java.util.function.Consumer;
import org.kvm4j.device.DeviceFaultException;

/** Guards of devices that are not part of a set. */
final class TestGuard {

  private TestGuard() {}

  /** One whose calls may take as long as they want. */
  static DeviceGuard of(String deviceId, Consumer<DeviceFaultException> onFault) {
    return new DeviceGuard(
        deviceId,
        new Watchdog(Duration.ofMinutes(1)),
        new DeviceThreads(TestGuard.class.getClassLoader()),
        () -> {},
        onFault);
  }
}
