package org.kvm4j.devices.pit;

import org.kvm4j.device.VmClock;

/** CLK: the VM's time in pulses of the 8254's input clock. */
final class InputClock {

  /** A quarter of NTSC's colour subcarrier times four thirds: 14.31818 MHz / 12. */
  static final long HZ = 1_193_182;

  /** A pulse that does not come. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final VmClock clock;

  InputClock(VmClock clock) {
    this.clock = clock;
  }

  /** The number of the latest pulse; pulse 0 came when the VM was created. */
  long pulse() {
    return pulseAt(clock.nanoTime());
  }

  /** The number of the latest pulse at a time of the VM's clock. */
  static long pulseAt(long nanos) {
    // Whole seconds apart, so that the product stays below 2^51 and loses nothing.
    long seconds = Math.floorDiv(nanos, NANOS_PER_SECOND);
    long rest = Math.floorMod(nanos, NANOS_PER_SECOND);
    return seconds * HZ + rest * HZ / NANOS_PER_SECOND;
  }

  /** The first nanosecond of a pulse, so that {@code pulseAt(nanosOf(p)) == p}. */
  static long nanosOf(long pulse) {
    long seconds = Math.floorDiv(pulse, HZ);
    long rest = Math.floorMod(pulse, HZ);
    return seconds * NANOS_PER_SECOND + (rest * NANOS_PER_SECOND + HZ - 1) / HZ;
  }
}
