package org.kvm4j.testkit;

import org.kvm4j.device.Device;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** A device as the framework calls it: always with its lock held, and closed once. */
final class MockDevice implements Device {

  private final Device device;
  private final MockContext context;
  private final DeviceLock lock;

  MockDevice(Device device, MockContext context, DeviceLock lock) {
    this.device = device;
    this.context = context;
    this.lock = lock;
  }

  MockContext context() {
    return context;
  }

  /** The provider's own object, for the checks of the contract. */
  Device unguarded() {
    return device;
  }

  @Override
  public void reset() {
    lock.locked(device::reset);
  }

  @Override
  public void save(StateWriter out) {
    lock.locked(() -> device.save(out));
  }

  @Override
  public void restore(StateReader in) {
    lock.locked(() -> device.restore(in));
  }

  @Override
  public void close() {
    lock.close(
        () -> {
          try {
            device.close();
          } finally {
            context.release();
          }
        });
  }
}
