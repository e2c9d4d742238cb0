package org.kvm4j.core.stream;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.function.IntUnaryOperator;
import org.kvm4j.core.sys.Syscalls;

/** A stream over descriptors, with a thread that serves them. */
final class PumpedStream implements OpenStream {

  /** For closing, beyond the flush itself: the device's task may be running. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private final Duplex duplex;
  private final Thread pump;
  private final String description;
  private final Duration closeLimit;

  private PumpedStream(Duplex duplex, Thread pump, String description, Duration closeLimit) {
    this.duplex = duplex;
    this.pump = pump;
    this.description = description;
    this.closeLimit = closeLimit;
  }

  /**
   * Starts serving.
   *
   * @param name of the thread, after {@code kvm4j-stream}
   * @param end which the stream owns from now on, even if this fails
   * @param filter see {@link Pump}
   */
  static PumpedStream start(
      String name, Syscalls libc, HostEnd end, IntUnaryOperator filter, StreamLimits limits) {
    Wakeup wakeup;
    try {
      wakeup = new Wakeup(libc);
    } catch (RuntimeException e) {
      end.close();
      throw e;
    }
    Duplex duplex = new Duplex(limits, Overflow.REFUSE, wakeup::signal);
    Pump pump = new Pump(libc, end, duplex, wakeup, filter, limits, System::nanoTime);
    Thread thread = new Thread(pump, "kvm4j-stream " + name);
    thread.setDaemon(true);
    String description = end.description(); // the end is the thread's own from here on
    thread.start();
    return new PumpedStream(duplex, thread, description, limits.wholeFlush().plus(MARGIN));
  }

  @Override
  public int read() {
    return duplex.read();
  }

  @Override
  public boolean write(int value) {
    return duplex.write(value);
  }

  @Override
  public void onReady(Runnable task) {
    duplex.onReady(task);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public long discardedBytes() {
    return duplex.discardedBytes();
  }

  @Override
  public void close() {
    duplex.startClosing();
    // On the pump's own thread (an escape key's action closes the VM), there is nothing to wait
    // for: it ends when this call returns to it. Uninterruptibly, since an interrupt would leave
    // the socket's file behind.
    if (Thread.currentThread() != pump) {
      Uninterruptibles.joinUninterruptibly(pump, closeLimit);
    }
  }
}
