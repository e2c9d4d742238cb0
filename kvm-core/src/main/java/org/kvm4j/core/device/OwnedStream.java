package org.kvm4j.core.device;

import org.kvm4j.device.HostStream;

/**
 * An open stream and the device that it is for at present. A stream takes one callback for its
 * whole life, so this is it, and asks who listens. Threading: any thread; {@link #listen} by one.
 */
final class OwnedStream {

  private final HostStream stream;
  private volatile Runnable listener = () -> {};
  private boolean listening;

  OwnedStream(HostStream stream) {
    this.stream = stream;
  }

  HostStream stream() {
    return stream;
  }

  /** Calls somebody else from now on. */
  void listen(Runnable newListener) {
    listener = newListener;
    if (!listening) {
      listening = true;
      stream.onReady(() -> listener.run());
    }
  }

  void close() throws Exception {
    if (stream instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
