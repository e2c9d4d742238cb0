package org.kvm4j.machine;

import java.time.Duration;
import java.util.function.Consumer;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;

/**
 * Where vCPU threads stand while somebody keeps the gate closed. Threading: any thread.
 *
 * <p>Each {@link #close} needs a {@link #reopen}, so that a user's pause and a reset can overlap.
 * KVM wants most calls for a vCPU to come from its own thread, so threads that stand do {@linkplain
 * #onEach errands}.
 */
final class PauseGate {

  /** Longer than a vCPU takes to come out of the guest and of a device that is sound. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private int running;
  private int standing;
  private int closers;
  private long timesClosed;
  private boolean open;

  private Consumer<Vcpu> errand = vcpu -> {};
  private long errandsGiven;
  private int errandsLeft;
  private RuntimeException errandFailure;

  /** A vCPU thread is about to begin, and counts from now on; it must pass before it runs. */
  synchronized void expect() {
    running++;
  }

  /** A vCPU thread ends. */
  synchronized void leave() {
    running--;
    notifyAll();
  }

  /**
   * Where a vCPU thread stands for as long as the gate is closed.
   *
   * @param whenStopping run on the vCPU's thread before it stands
   */
  synchronized void pass(Vcpu vcpu, Runnable whenStopping) {
    if (!isClosed()) {
      return;
    }
    whenStopping.run();
    running--;
    standing++;
    notifyAll();
    long errandsSeen = errandsGiven;
    boolean interrupted = false;
    while (isClosed()) {
      if (errandsSeen != errandsGiven) {
        errandsSeen = errandsGiven;
        doErrand(vcpu);
        continue;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // nobody but the machine's end lets it through
      }
    }
    standing--;
    running++;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void doErrand(Vcpu vcpu) {
    try {
      errand.accept(vcpu);
    } catch (RuntimeException e) {
      errandFailure = e;
    }
    errandsLeft--;
    notifyAll();
  }

  /** Whether vCPU threads stand, or are about to. */
  synchronized boolean isClosed() {
    return closers > 0 && !open;
  }

  /** Closes the gate; who is in the guest must be kicked out of it. */
  synchronized void close() {
    closers++;
    timesClosed++;
  }

  /** How often it was closed: if that has not changed, nobody paused or reset the vCPUs. */
  synchronized long timesClosed() {
    return timesClosed;
  }

  /**
   * Waits until no vCPU runs.
   *
   * @return whether they stand; false if the machine has ended meanwhile
   * @throws KvmException if one does not stop: a device keeps it
   */
  synchronized boolean awaitStanding() throws InterruptedException {
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
    return !open;
  }

  /**
   * Has every vCPU that stands do something on its own thread, one after the other, and returns
   * when all have, or when the machine has ended. For who keeps the gate closed.
   *
   * @throws RuntimeException what one of them threw
   */
  synchronized void onEach(Consumer<Vcpu> newErrand) {
    errand = newErrand;
    errandsGiven++;
    errandsLeft = standing;
    errandFailure = null;
    notifyAll();
    boolean interrupted = false;
    while (errandsLeft > 0 && !open) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // half of the vCPUs would be worse than a moment
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (errandFailure != null) {
      throw errandFailure;
    }
  }

  /** Takes one {@link #close} back; if it was the last, everybody goes on. */
  synchronized void reopen() {
    closers--;
    notifyAll();
  }

  /** Lets everybody through for good: the machine has ended. */
  synchronized void openForGood() {
    open = true;
    notifyAll();
  }
}
