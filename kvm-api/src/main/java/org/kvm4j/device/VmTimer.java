package org.kvm4j.device;

/**
 * Runs a task once at a time of the VM's clock. Obtained from {@link DeviceContext#timer}.
 *
 * <p>Threading: any thread. A task that was due before {@link #cancel} or {@link #arm} was called
 * with the device's lock held does not run afterwards.
 */
public interface VmTimer {

  /**
   * Sets the deadline, replacing an earlier one. A deadline in the past is due at once.
   *
   * @param deadlineNanos on {@link VmClock#nanoTime()}
   */
  void arm(long deadlineNanos);

  /** Forgets the deadline; does nothing if there is none. */
  void cancel();
}
