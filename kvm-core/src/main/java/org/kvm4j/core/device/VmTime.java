package org.kvm4j.core.device;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.kvm4j.device.VmClock;

/**
 * The clock of a VM and the one thread that runs its timers.
 *
 * <p>The clock stands until {@link #start} and between {@link #stop} and {@code start}; timers due
 * meanwhile wait. While it runs, it does so at a {@linkplain #setRate rate}, and a standing or
 * running clock can be {@linkplain #step stepped} by hand. Threading: any thread.
 */
public final class VmTime implements VmClock, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(VmTime.class.getName());
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NO_STEP = -1;

  /** The fastest that the clock may run; at 0 it is stepped only. */
  public static final double FASTEST_RATE = 1000;

  /** Longer than the task of a sound device takes; one that is stuck is interrupted before. */
  private static final Duration MOST_TO_END = Duration.ofSeconds(10);

  /** An entry of the queue; one that was superseded stays in it until its time comes. */
  private record Due(long deadlineNanos, long serial, QueuedTimer timer)
      implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(deadlineNanos, other.deadlineNanos);
      return byTime != 0 ? byTime : Long.compare(serial, other.serial);
    }
  }

  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition stepped = lock.newCondition();
  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private final long startEpochMillis = System.currentTimeMillis();
  private final Thread thread = new Thread(this::runTimers, "kvm4j-timers");

  private long ranNanos;
  private long startedAt;
  private double rate = 1;

  /** Where a step under way leads; the clock follows the deadlines on the way there. */
  private long stepTarget = NO_STEP;

  private boolean running;
  private boolean closed;
  private long lastSerial;

  /** A clock at 0 that stands. */
  public VmTime() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Lets the time run. */
  public void start() {
    lock.lock();
    try {
      if (!running) {
        running = true;
        startedAt = System.nanoTime();
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets the clock run faster or slower than the host's from now on.
   *
   * @param newRate VM nanoseconds a nanosecond, 0 to {@link #FASTEST_RATE}; at 0 it moves by {@link
   *     #step} alone
   * @throws IllegalArgumentException if it is anything else
   */
  public void setRate(double newRate) {
    checkRate(newRate);
    lock.lock();
    try {
      ranNanos = now();
      startedAt = System.nanoTime();
      rate = newRate;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Throws for what is no rate.
   *
   * @throws IllegalArgumentException if it is not 0 to {@link #FASTEST_RATE}
   */
  public static void checkRate(double rate) {
    if (!(rate >= 0 && rate <= FASTEST_RATE)) {
      throw new IllegalArgumentException(
          "a clock rate of %s: use 0 to %s".formatted(rate, FASTEST_RATE));
    }
  }

  /**
   * Moves the clock, and runs the timers due on the way, each at its deadline.
   *
   * <p>Returns when their tasks have ended. Timers that these arm are a part of the step if they
   * are due in it.
   *
   * @param nanos at least 0
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if a timer task does it
   */
  public void step(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("a step of " + nanos + " ns: time never goes back");
    }
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a timer task steps the clock: arm the timer instead");
    }
    lock.lock();
    try {
      while (stepTarget != NO_STEP && !closed) {
        stepped.awaitUninterruptibly();
      }
      ranNanos = now();
      stepTarget = Math.addExact(ranNanos, nanos);
      changed.signal();
      while (stepTarget != NO_STEP && !closed) {
        stepped.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes the time stand. A timer task that has begun still ends. */
  public void stop() {
    lock.lock();
    try {
      ranNanos = now();
      running = false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return now();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long epochMillis() {
    return startEpochMillis + nanoTime() / NANOS_PER_MILLI;
  }

  /**
   * Ends the timer thread and waits for it; no task runs afterwards. Idempotent.
   *
   * <p>A task that does not come back is waited for some seconds only: see {@link #hasEnded}.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.clear();
      changed.signal();
      stepped.signalAll();
    } finally {
      lock.unlock();
    }
    if (Thread.currentThread() != thread) {
      Uninterruptibles.joinUninterruptibly(thread, MOST_TO_END);
    }
  }

  /** Whether no timer task can run any more. */
  public boolean hasEnded() {
    return !thread.isAlive();
  }

  private long now() {
    return running && stepTarget == NO_STEP ? ranNanos + sinceStart() : ranNanos;
  }

  private long sinceStart() {
    long hostNanos = System.nanoTime() - startedAt;
    return rate == 1 ? hostNanos : (long) (hostNanos * rate); // a double has 53 bits only
  }

  /** The deadline of a timer, kept here because the queue's lock guards it. */
  void arm(QueuedTimer timer, long deadlineNanos) {
    lock.lock();
    try {
      if (closed || timer.isDead()) {
        return;
      }
      timer.serial = ++lastSerial;
      queue.add(new Due(deadlineNanos, timer.serial, timer));
      dropSuperseded();
      if (queue.peek().timer() == timer) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void cancel(QueuedTimer timer) {
    lock.lock();
    try {
      timer.serial = 0;
      dropSuperseded();
    } finally {
      lock.unlock();
    }
  }

  /** Whether this very deadline still counts. */
  boolean takeIfCurrent(QueuedTimer timer, long serial) {
    lock.lock();
    try {
      boolean current = timer.serial == serial && !closed;
      if (current) {
        timer.serial = 0;
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  /** A guest that arms one timer again and again must not fill the queue. */
  private void dropSuperseded() {
    if (queue.size() > 64) {
      queue.removeIf(due -> due.timer().serial != due.serial());
    }
    while (!queue.isEmpty() && queue.peek().timer().serial != queue.peek().serial()) {
      queue.poll();
    }
  }

  private void runTimers() {
    boolean open = true;
    while (open) {
      try {
        Due due = awaitDue();
        open = due != null;
        if (open) {
          due.timer().expire(due.serial());
        }
      } catch (InterruptedException e) {
        // Only a device's own code can have interrupted this thread, and that may not stop timers.
        LOG.log(System.Logger.Level.WARNING, "timer thread interrupted; going on", e);
      }
    }
  }

  private void endStep() {
    ranNanos = stepTarget;
    stepTarget = NO_STEP;
    startedAt = System.nanoTime();
    stepped.signalAll();
  }

  /** The next entry whose time has come; null once closed. */
  private Due awaitDue() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        Due next = queue.peek();
        if (stepTarget != NO_STEP) {
          if (next != null && next.deadlineNanos() <= stepTarget) {
            ranNanos = Math.max(ranNanos, next.deadlineNanos());
            return queue.poll();
          }
          endStep();
        } else if (next == null || !running || rate == 0) {
          changed.awaitUninterruptibly();
        } else {
          long now = now();
          if (next.deadlineNanos() <= now) { // not by the difference, which may overflow
            return queue.poll();
          }
          changed.awaitNanos((long) ((next.deadlineNanos() - now) / rate));
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
