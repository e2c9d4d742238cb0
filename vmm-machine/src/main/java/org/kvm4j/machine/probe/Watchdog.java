package org.kvm4j.machine.probe;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Says when a guest's time is up. Threading: any thread; it has one of its own, a daemon. */
final class Watchdog implements AutoCloseable {

  private final Duration limit;
  private final ScheduledThreadPoolExecutor executor;

  Watchdog(Duration limit) {
    this.limit = limit;
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "kvm4j-probe-watchdog");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs a task when the limit has passed from now, unless it is cancelled before. */
  Future<?> schedule(Runnable task) {
    return executor.schedule(task, limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
