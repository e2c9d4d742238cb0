package org.kvm4j.core.device;

import org.kvm4j.device.HostStream;

/** A stream whose callback runs with the device's lock held. */
record GuardedStream(HostStream stream, DeviceGuard guard) implements HostStream, AutoCloseable {

  @Override
  public int read() {
    return stream.read();
  }

  @Override
  public boolean write(int value) {
    return stream.write(value);
  }

  @Override
  public void onReady(Runnable task) {
    stream.onReady(() -> guard.run("a stream callback", task));
  }

  /** Without the device's lock: the stream's thread may be waiting for it. */
  @Override
  public void close() throws Exception {
    if (stream instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
