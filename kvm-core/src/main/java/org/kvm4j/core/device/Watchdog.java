package org.kvm4j.core.device;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Looks again and again whether a device has been in one call for longer than it may.
 *
 * <p>Time in which the whole process stood still is no device's fault: a suspended process, a
 * debugger's breakpoint, a long garbage collection. It shows as this thread waking up late, and is
 * forgiven to every call. Threading: any thread.
 */
final class Watchdog implements AutoCloseable {

  private static final long SHORTEST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final LongSupplier hostNanos;
  private final long budgetNanos;
  private final long periodNanos;
  private final List<CallMeter> meters = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::watch, "kvm4j-watchdog");

  private volatile boolean closed;
  private volatile long forgivenNanos;
  private long lastLook; // guarded by this

  /**
   * One that does not look yet.
   *
   * @param budget how long a call may take
   */
  Watchdog(Duration budget) {
    this(budget, System::nanoTime);
  }

  /** With a clock of the test's own. */
  Watchdog(Duration budget, LongSupplier hostNanos) {
    this.hostNanos = hostNanos;
    budgetNanos = budget.toNanos();
    periodNanos = Math.max(SHORTEST_PERIOD_NANOS, Math.min(budgetNanos / 4, LONGEST_PERIOD_NANOS));
    thread.setDaemon(true);
  }

  /** The host's clock. */
  long nanoTime() {
    return hostNanos.getAsLong();
  }

  long budgetNanos() {
    return budgetNanos;
  }

  /** How much time in all has been nobody's fault. */
  long forgivenNanos() {
    return forgivenNanos;
  }

  void add(CallMeter meter) {
    meters.add(meter);
  }

  void remove(CallMeter meter) {
    meters.remove(meter);
  }

  /** Begins to look; call it once. */
  void start() {
    lookAtTheClock();
    thread.start();
  }

  /** Brings {@link #forgivenNanos} up to now. */
  synchronized void lookAtTheClock() {
    long now = hostNanos.getAsLong();
    long late = now - lastLook - periodNanos;
    if (lastLook != 0 && late > periodNanos) {
      forgivenNanos += late;
    }
    lastLook = now;
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(this, periodNanos);
      lookAtTheClock();
      long now = hostNanos.getAsLong();
      meters.forEach(meter -> meter.check(now));
    }
  }

  /** Looks no more; idempotent. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
