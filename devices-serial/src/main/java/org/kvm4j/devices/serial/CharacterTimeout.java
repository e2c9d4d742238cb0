package org.kvm4j.devices.serial;

import java.util.function.Function;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/**
 * The FIFO time-out: a character waits and nothing was received or read for four character times.
 */
final class CharacterTimeout {

  /** {@link #remainingNanos} when the time-out does not run. */
  static final long STOPPED = -1;

  /** How many character times of silence it takes. */
  static final int CHARACTERS = 4;

  private final VmClock clock;
  private final VmTimer timer;
  private final Runnable onExpiry;
  private boolean running;
  private boolean expired;
  private long deadlineNanos;

  /**
   * A time-out that does not run.
   *
   * @param timers makes the timer
   * @param onExpiry told after {@link #isExpired} has become true
   */
  CharacterTimeout(VmClock clock, Function<Runnable, VmTimer> timers, Runnable onExpiry) {
    this.clock = clock;
    this.timer = timers.apply(this::expire);
    this.onExpiry = onExpiry;
  }

  /** Whether the interrupt is pending; {@link #restart} and {@link #stop} clear it. */
  boolean isExpired() {
    return expired;
  }

  /** Starts to wait anew. */
  void restart(long characterNanos) {
    resume(CHARACTERS * characterNanos);
  }

  void stop() {
    running = false;
    expired = false;
    timer.cancel();
  }

  /** VM time until expiry, or {@link #STOPPED}. */
  long remainingNanos() {
    return running ? Math.max(0, deadlineNanos - clock.nanoTime()) : STOPPED;
  }

  /** Takes a saved time-out over; the arguments are consistent. */
  void set(boolean expired, long remainingNanos) {
    stop();
    if (remainingNanos != STOPPED) {
      resume(remainingNanos);
    }
    this.expired = expired;
  }

  private void resume(long nanos) {
    running = true;
    expired = false;
    deadlineNanos = clock.nanoTime() + nanos;
    timer.arm(deadlineNanos);
  }

  private void expire() {
    running = false;
    expired = true;
    onExpiry.run();
  }
}
