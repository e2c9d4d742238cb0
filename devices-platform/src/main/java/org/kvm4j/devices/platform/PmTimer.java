package org.kvm4j.devices.platform;

import org.kvm4j.device.VmClock;

/** The counter of the ACPI power management timer: 3.579545 MHz on the VM's clock. */
final class PmTimer {

  static final long PM_TIMER_FREQUENCY = 3_579_545;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final VmClock clock;
  private long startNanos;

  PmTimer(VmClock clock) {
    this.clock = clock;
    setElapsedNanos(0);
  }

  /** Since the counter was 0. */
  long elapsedNanos() {
    return clock.nanoTime() - startNanos;
  }

  void setElapsedNanos(long nanos) {
    startNanos = clock.nanoTime() - nanos;
  }

  /** The count, of which the guest sees the low 32 bits. */
  long ticks() {
    long nanos = elapsedNanos();
    // Seconds apart, because nanoseconds times the frequency leave 64 bits after 43 minutes
    return nanos / NANOS_PER_SECOND * PM_TIMER_FREQUENCY
        + nanos % NANOS_PER_SECOND * PM_TIMER_FREQUENCY / NANOS_PER_SECOND;
  }

  /** The first moment of the VM's clock at which the count is {@code tick}. */
  long deadlineNanos(long tick) {
    long subSecond = tick % PM_TIMER_FREQUENCY * NANOS_PER_SECOND;
    return startNanos
        + tick / PM_TIMER_FREQUENCY * NANOS_PER_SECOND
        + (subSecond + PM_TIMER_FREQUENCY - 1) / PM_TIMER_FREQUENCY;
  }
}
