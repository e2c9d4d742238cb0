package org.kvm4j.machine;

import java.time.Duration;
import org.kvm4j.KvmException;

/**
 * Where vCPU threads wait while their machine is paused. Threading: any thread.
 *
 * <p>A thread that is {@linkplain #enter in} is counted until it {@linkplain #leave leaves}, so
 * that a pause knows for whom to wait.
 */
final class PauseGate {

  /** Longer than a vCPU takes to come out of the guest and of a device that is sound. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private int running;
  private boolean paused;
  private boolean open;

  /** A vCPU thread begins; it waits here if the machine is paused. */
  synchronized void enter() {
    running++;
    pass(() -> {});
  }

  /** A vCPU thread ends. */
  synchronized void leave() {
    running--;
    notifyAll();
  }

  /**
   * Where a vCPU thread stops for as long as the machine is paused.
   *
   * @param whenStopping run on the vCPU's thread before it waits
   */
  synchronized void pass(Runnable whenStopping) {
    if (!paused || open) {
      return;
    }
    whenStopping.run();
    running--;
    notifyAll();
    boolean interrupted = false;
    while (paused && !open) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // nobody but the machine's end lets it through
      }
    }
    running++;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the gate; who is in the guest must be kicked out of it. */
  synchronized void close() {
    paused = true;
  }

  /**
   * Waits until no vCPU runs.
   *
   * @throws KvmException if one does not stop: a device keeps it
   */
  synchronized void awaitStanding() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (running > 0 && !open) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new KvmException(
            "Pause: %d vCPUs do not stop, as a device keeps them. Stop the machine."
                .formatted(running));
      }
      wait(millis);
    }
  }

  /** Lets everybody go on. */
  synchronized void resume() {
    paused = false;
    notifyAll();
  }

  /** Lets everybody through for good: the machine has ended. */
  synchronized void openForGood() {
    open = true;
    notifyAll();
  }
}
