package org.kvm4j.device;

/**
 * The time of one VM. It runs only while the VM does, and a test steps it by hand.
 *
 * <p>A device never reads {@link System#nanoTime} itself. Threading: any thread.
 */
public interface VmClock {

  /** Nanoseconds that the VM has run, from 0 when it was created; never goes back. */
  long nanoTime();

  /** The VM's wall clock: milliseconds since 1970-01-01T00:00Z, for a real-time clock. */
  long epochMillis();
}
