package org.kvm4j.core.device;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.kvm4j.device.VmClock;

/**
 * The clock of a VM and the one thread that runs its timers.
 *
 * <p>The clock stands until {@link #start} and between {@link #stop} and {@code start}; timers due
 * meanwhile wait. Threading: any thread.
 */
public final class VmTime implements VmClock, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(VmTime.class.getName());
  private static final long NANOS_PER_MILLI = 1_000_000;

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
  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private final long startEpochMillis = System.currentTimeMillis();
  private final Thread thread = new Thread(this::runTimers, "kvm4j-timers");

  private long ranNanos;
  private long startedAt;
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

  /** Ends the timer thread and waits for it; no task runs afterwards. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (Thread.currentThread() != thread) {
      Uninterruptibles.joinUninterruptibly(thread);
    }
  }

  private long now() {
    return running ? ranNanos + System.nanoTime() - startedAt : ranNanos;
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

  /** The next entry whose time has come; null once closed. */
  private Due awaitDue() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        Due next = queue.peek();
        if (next == null || !running) {
          changed.awaitUninterruptibly();
        } else {
          long now = now();
          if (next.deadlineNanos() <= now) { // not by the difference, which may overflow
            return queue.poll();
          }
          changed.awaitNanos(next.deadlineNanos() - now);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
