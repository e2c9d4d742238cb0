package org.kvm4j.core.device;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Measures the calls into one device, one at a time.
 *
 * <p>Begin and end belong to the thread that holds the device's lock; {@link #check} to the {@link
 * Watchdog}, which takes a call that is overdue away from it and interrupts it: whatever blocks
 * there ends.
 */
final class CallMeter {

  private static final long NO_CALL = 0;
  private static final long OVERDUE = 2;

  private final Watchdog watchdog;
  private final Consumer<StackTraceElement[]> onOverdue;

  /** {@link #NO_CALL}, {@link #OVERDUE}, or when the present call began: made odd, so neither. */
  private final AtomicLong began = new AtomicLong(NO_CALL);

  private Thread thread;
  private long forgivenBefore;

  /**
   * For one device.
   *
   * @param onOverdue told where a call is that is still going on
   */
  CallMeter(Watchdog watchdog, Consumer<StackTraceElement[]> onOverdue) {
    this.watchdog = watchdog;
    this.onOverdue = onOverdue;
  }

  void begin() {
    thread = Thread.currentThread();
    forgivenBefore = watchdog.forgivenNanos();
    began.setRelease(watchdog.nanoTime() | 1);
  }

  /** Whether the call ended within its budget; if not, whether the watchdog has told of it. */
  Verdict end() {
    long start = began.getAndSet(NO_CALL);
    if (start == OVERDUE) {
      synchronized (this) {
        var unused = Thread.interrupted(); // the watchdog's, which has been sent by now
      }
      return Verdict.TOLD;
    }
    return isOver(start, watchdog.nanoTime()) && isOverAfterAll(start)
        ? Verdict.OVER
        : Verdict.FINE;
  }

  /** What {@link #end} found. */
  enum Verdict {
    FINE,
    OVER,
    TOLD
  }

  /** The process may have stood still and the watchdog not have noticed yet. */
  private boolean isOverAfterAll(long start) {
    watchdog.lookAtTheClock();
    return isOver(start, watchdog.nanoTime());
  }

  private boolean isOver(long start, long now) {
    return now - start - (watchdog.forgivenNanos() - forgivenBefore) > watchdog.budgetNanos();
  }

  /** By the watchdog: takes the present call away if it is over its budget. */
  void check(long now) {
    long start = began.getAcquire();
    if (start == NO_CALL || start == OVERDUE || !isOver(start, now)) {
      return;
    }
    synchronized (this) {
      Thread caller = thread;
      StackTraceElement[] where = caller.getStackTrace();
      if (began.compareAndSet(start, OVERDUE)) { // or it has just ended, and measures itself
        onOverdue.accept(where); // first, or what the interrupt makes it throw would be the fault
        caller.interrupt();
      }
    }
  }
}
