package org.kvm4j.machine.explain;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.kvm4j.core.device.StreamOpener;
import org.kvm4j.device.HostStream;

/**
 * Tells when a guest said something last: all that its devices write to the host goes through here.
 * Threading: any thread.
 */
public final class OutputMeter implements StreamOpener {

  private final StreamOpener opener;
  private final AtomicLong bytes = new AtomicLong();
  private volatile long lastNanoTime = System.nanoTime();

  /**
   * Before the first byte.
   *
   * @param opener opens the streams
   */
  public OutputMeter(StreamOpener opener) {
    this.opener = Objects.requireNonNull(opener, "opener");
  }

  /** How many bytes the host has taken from devices. */
  public long bytes() {
    return bytes.get();
  }

  /** When it took the last one, or when the meter was made: {@link System#nanoTime}. */
  public long lastNanoTime() {
    return lastNanoTime;
  }

  @Override
  public HostStream open(String deviceId, String spec) {
    return new Metered(opener.open(deviceId, spec));
  }

  private void count() {
    bytes.incrementAndGet();
    lastNanoTime = System.nanoTime();
  }

  private final class Metered implements HostStream, AutoCloseable {
    private final HostStream stream;

    Metered(HostStream stream) {
      this.stream = stream;
    }

    @Override
    public int read() {
      return stream.read();
    }

    @Override
    public boolean write(int value) {
      boolean taken = stream.write(value);
      if (taken) {
        count();
      }
      return taken;
    }

    @Override
    public void onReady(Runnable task) {
      stream.onReady(task);
    }

    @Override
    public void close() throws Exception {
      if (stream instanceof AutoCloseable closeable) {
        closeable.close();
      }
    }
  }
}
