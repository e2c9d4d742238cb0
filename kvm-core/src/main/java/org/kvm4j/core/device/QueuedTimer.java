package org.kvm4j.core.device;

import org.kvm4j.device.VmTimer;

/** A device's timer in the VM's queue. */
final class QueuedTimer implements VmTimer {

  private final VmTime time;
  private final DeviceGuard guard;
  private final Runnable task;
  private volatile boolean dead;

  /** Which entry of the queue counts, 0 for none; guarded by the queue's lock. */
  long serial;

  QueuedTimer(VmTime time, DeviceGuard guard, Runnable task) {
    this.time = time;
    this.guard = guard;
    this.task = task;
  }

  @Override
  public void arm(long deadlineNanos) {
    time.arm(this, deadlineNanos);
  }

  @Override
  public void cancel() {
    time.cancel(this);
  }

  /** Cancels it for good: its device is closed. */
  void kill() {
    dead = true;
    cancel();
  }

  boolean isDead() {
    return dead;
  }

  /**
   * The device may arm or cancel while this waits for its lock, so the entry is looked at inside.
   */
  void expire(long dueSerial) {
    guard.run(
        "a timer task",
        () -> {
          if (time.takeIfCurrent(this, dueSerial)) {
            task.run();
          }
        });
  }
}
