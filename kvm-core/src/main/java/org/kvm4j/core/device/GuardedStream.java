package org.kvm4j.core.device;

import org.kvm4j.device.HostStream;

/** A stream in the hands of one device, whose callback runs with the device's lock held. */
final class GuardedStream implements HostStream {

  private final String spec;
  private final OwnedStream owned;
  private final DeviceGuard guard;
  private volatile Runnable task;

  /**
   * For one device.
   *
   * @param spec what the device asked for
   */
  GuardedStream(String spec, OwnedStream owned, DeviceGuard guard) {
    this.spec = spec;
    this.owned = owned;
    this.guard = guard;
  }

  String spec() {
    return spec;
  }

  OwnedStream owned() {
    return owned;
  }

  @Override
  public int read() {
    return owned.stream().read();
  }

  @Override
  public boolean write(int value) {
    return owned.stream().write(value);
  }

  @Override
  public void onReady(Runnable newTask) {
    if (task != null) {
      throw new IllegalStateException("The stream has an onReady task. Name one, once.");
    }
    task = newTask;
    owned.listen(this::callBack);
  }

  /** Takes the stream back, and looks at once: another device may have had it meanwhile. */
  void listenAgain() {
    if (task != null) {
      owned.listen(this::callBack);
      callBack();
    }
  }

  private void callBack() {
    guard.run("a stream callback", task);
  }
}
