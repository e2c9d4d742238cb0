package org.kvm4j.testkit;

import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/**
 * A VM clock that stands still until a test moves it.
 *
 * <p>VM time starts at 0 and the wall clock at {@link #START}. {@link #advance} runs the timers
 * that fall due, in the order of their deadlines (of their arming, when equal), with the clock
 * standing at each deadline. A timer armed for the past runs in the next {@code advance}, be it
 * {@code advance(0)}: never within {@code arm}, which a device calls from its own handlers.
 *
 * <p>Threading: any thread; timers run on the thread that advances.
 */
public final class FakeClock implements VmClock {

  /**
   * The wall clock at VM time 0: a Saturday afternoon whose fields all differ, so that a device
   * that mixes them up is found out.
   */
  public static final Instant START = Instant.parse("2023-11-25T14:37:08Z");

  private static final int MAX_RUNS_AT_ONE_TIME = 10_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ReentrantLock advancing = new ReentrantLock();

  // All below, and the state of the timers, guarded by this.
  private final TreeSet<Arming> armings =
      new TreeSet<>(
          Comparator.comparingLong(Arming::deadlineNanos).thenComparingLong(Arming::number));
  private long armingCount;
  private long nowNanos;
  private long epochMillisAtZero = START.toEpochMilli();

  /** Stands at VM time 0. */
  public FakeClock() {}

  @Override
  public synchronized long nanoTime() {
    return nowNanos;
  }

  @Override
  public synchronized long epochMillis() {
    return epochMillisAtZero + nowNanos / NANOS_PER_MILLI;
  }

  /** Sets what the wall clock shows now; VM time stays. */
  public synchronized void setWallClock(Instant now) {
    epochMillisAtZero = now.toEpochMilli() - nowNanos / NANOS_PER_MILLI;
  }

  /**
   * Lets time pass, running the timers that fall due.
   *
   * @throws IllegalArgumentException if {@code nanos} is negative
   * @throws IllegalStateException as {@link #advanceTo}
   */
  public void advance(long nanos) {
    advanceUpTo(() -> Math.addExact(nanoTime(), nanos));
  }

  /**
   * Lets time pass up to {@code nanoTime}, running the timers that fall due.
   *
   * @throws IllegalArgumentException if that is in the past
   * @throws IllegalStateException if called by a timer task, or if timers are armed again and again
   *     without time passing
   */
  public void advanceTo(long nanoTime) {
    advanceUpTo(() -> nanoTime);
  }

  /** A timer on this clock, not armed; {@code task} runs on the thread that advances. */
  public VmTimer timer(Runnable task) {
    return timer(task, Runnable::run);
  }

  /** The number of timers that wait for their deadline. */
  public synchronized int armedTimers() {
    return armings.size();
  }

  /** As {@link #timer(Runnable)}, with a runner that takes the device's lock around the task. */
  VmTimer timer(Runnable task, Executor runner) {
    return new FakeTimer(Objects.requireNonNull(task, "task"), runner);
  }

  /** The target is computed under the lock, so that two threads may advance at once. */
  private void advanceUpTo(LongSupplier targetNanos) {
    if (advancing.isHeldByCurrentThread()) {
      throw new IllegalStateException("A timer task advances the clock. Arm the timer instead.");
    }
    advancing.lock();
    try {
      long target = targetNanos.getAsLong();
      if (target < nanoTime()) {
        throw new IllegalArgumentException(
            "Time never goes back, here from %d to %d ns.".formatted(nanoTime(), target));
      }
      runTimersUpTo(target);
    } finally {
      advancing.unlock();
    }
  }

  private void runTimersUpTo(long targetNanos) {
    int runsAtThisTime = 0;
    long lastNanos = nanoTime();
    for (Arming due = stepTo(targetNanos); due != null; due = stepTo(targetNanos)) {
      runsAtThisTime = nanoTime() == lastNanos ? runsAtThisTime + 1 : 1;
      lastNanos = nanoTime();
      if (runsAtThisTime > MAX_RUNS_AT_ONE_TIME) {
        throw new IllegalStateException(
            "Timers ran %d times at %d ns without time passing. Arm them for a later time."
                .formatted(MAX_RUNS_AT_ONE_TIME, lastNanos));
      }
      due.timer().expire(due);
    }
  }

  /** Moves time to the next deadline and returns it, or to the target and returns null. */
  private synchronized Arming stepTo(long targetNanos) {
    if (armings.isEmpty() || armings.first().deadlineNanos() > targetNanos) {
      nowNanos = targetNanos;
      return null;
    }
    nowNanos = Math.max(nowNanos, armings.first().deadlineNanos());
    return armings.first();
  }

  private record Arming(long deadlineNanos, long number, FakeTimer timer) {}

  private final class FakeTimer implements VmTimer {

    private final Runnable task;
    private final Executor runner;
    private Arming current; // null when not armed

    private FakeTimer(Runnable task, Executor runner) {
      this.task = task;
      this.runner = runner;
    }

    @Override
    public void arm(long deadlineNanos) {
      synchronized (FakeClock.this) {
        cancel();
        current = new Arming(deadlineNanos, armingCount++, this);
        armings.add(current);
      }
    }

    @Override
    public void cancel() {
      synchronized (FakeClock.this) {
        if (current != null) {
          armings.remove(current);
          current = null;
        }
      }
    }

    private void expire(Arming due) {
      // Whether the deadline still holds is asked within the runner, that is with the device's
      // lock held: the device may have cancelled it while this thread waited for the lock.
      runner.execute(
          () -> {
            if (take(due)) {
              task.run();
            }
          });
      take(due); // the runner of a closed device runs nothing
    }

    private boolean take(Arming due) {
      synchronized (FakeClock.this) {
        boolean mine = due.equals(current);
        if (mine) {
          cancel();
        }
        return mine;
      }
    }
  }
}
