package org.kvm4j.core.device;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.DeviceState;

/**
 * The change from one device to the next in its place: either all of it happens, or nothing.
 *
 * <p>Until then the new device is on trial: what it does wrong is the reason not to take it, and no
 * fault of a device in use. Threading: one thread, with the old device's lock held.
 */
final class Succession {

  private final ConnectedDevice old;
  private final Platform platform;
  private final Inheritance streams;
  private final List<DeviceFaultException> faultsOnTrial = new CopyOnWriteArrayList<>();
  private final boolean withState;
  private volatile boolean onTrial = true;

  Succession(ConnectedDevice old, Platform platform) {
    this.old = old;
    this.platform = platform;
    this.streams = Inheritance.of(old.holdings());
    this.withState = !old.isFenced();
  }

  /**
   * Makes the new device and connects it; the old one is off the buses then, and still open.
   *
   * @param maker makes it for the platform that it is tried on
   */
  ConnectedDevice run(Function<Platform, ConnectedDevice> maker) {
    DeviceState state = withState ? old.save() : new DeviceState();
    ConnectedDevice next = maker.apply(platform.with(this::fault));
    try {
      next.create(streams);
      if (withState) {
        next.restore(state);
      }
      old.disconnect();
      next.connect();
      if (next.isFenced()) {
        throw new DeviceException(faultsOnTrial.get(0).getMessage(), faultsOnTrial.get(0));
      }
    } catch (Exception | Error e) { // whatever the new code does
      next.disconnect();
      streams.taken().forEach(next.holdings()::forget);
      next.close();
      old.disconnect();
      old.connect();
      streams.taken().forEach(GuardedStream::listenAgain);
      throw e;
    }
    onTrial = false;
    streams.taken().forEach(old.holdings()::forget);
    next.holdings().streams().forEach(GuardedStream::listenAgain);
    return next;
  }

  /** Whether the new device has the old one's state. */
  boolean withState() {
    return withState;
  }

  private void fault(DeviceFaultException fault) {
    if (onTrial) {
      faultsOnTrial.add(fault);
    } else {
      platform.onFault().accept(fault);
    }
  }
}
