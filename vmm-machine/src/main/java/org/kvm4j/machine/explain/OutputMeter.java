package org.kvm4j.machine.explain;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.kvm4j.core.device.StreamOpener;
import org.kvm4j.device.HostStream;

/**
 * Tells when a guest said something last, and what: all that its devices write to the host goes
 * through here. Threading: any thread; each stream is written by one at a time.
 */
public final class OutputMeter implements StreamOpener {

  /** Of each stream: some screens. A power of two. */
  private static final int MOST_LAST_BYTES = 1 << 14;

  private final StreamOpener opener;
  private final List<Metered> streams = new CopyOnWriteArrayList<>();
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

  /**
   * The last that each open stream has taken, one stream after the other, a byte a character. It is
   * the guest's: not to be trusted, nor to be printed as it is.
   */
  public String lastText() {
    return streams.stream().map(Metered::lastText).collect(Collectors.joining("\n"));
  }

  @Override
  public HostStream open(String deviceId, String spec) {
    Metered stream = new Metered(opener.open(deviceId, spec));
    streams.add(stream);
    return stream;
  }

  private void count() {
    bytes.incrementAndGet();
    lastNanoTime = System.nanoTime();
  }

  private final class Metered implements HostStream, AutoCloseable {
    private final HostStream stream;
    private final byte[] last = new byte[MOST_LAST_BYTES];
    private long written;

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
        last[(int) written++ & (MOST_LAST_BYTES - 1)] = (byte) value;
        count(); // makes the byte seen by others, too
      }
      return taken;
    }

    /** While the guest writes on, its end may be torn. */
    private String lastText() {
      long seen = bytes.get() == 0 ? 0 : written;
      int length = (int) Math.min(seen, MOST_LAST_BYTES);
      byte[] text = new byte[length];
      for (int i = 0; i < length; i++) {
        text[i] = last[(int) (seen - length + i) & (MOST_LAST_BYTES - 1)];
      }
      return new String(text, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void onReady(Runnable task) {
      stream.onReady(task);
    }

    @Override
    public void close() throws Exception {
      streams.remove(this);
      if (stream instanceof AutoCloseable closeable) {
        closeable.close();
      }
    }
  }
}
