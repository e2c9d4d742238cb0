package org.kvm4j.core.kvm;

import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.kvm4j.core.sys.Syscalls;

/**
 * Lets one thread at a time into KVM_RUN, and any thread get it out again.
 *
 * <p>A signal alone would race with the entry into KVM_RUN, and a flag alone would not wake a
 * halted vCPU: a kick sets {@code immediate_exit} first and then sends the signal. The lock is held
 * while signalling, so that the thread cannot end in between; the runner takes it once per {@code
 * run}, not once per exit.
 *
 * @see org.kvm4j.Vcpu#kick
 */
final class RunGate {

  private final Syscalls sys;
  private final RunArea area;
  private final String name;

  private Thread owner;
  private int threadId;
  private boolean running;
  private boolean closing;
  private boolean closed;
  private long runs;

  RunGate(Syscalls sys, RunArea area, String name) {
    this.sys = sys;
    this.area = area;
    this.name = name;
  }

  synchronized void enter() {
    if (running) {
      throw new IllegalStateException(
          name + " is running on thread " + owner.getName() + ": a vCPU runs on one thread");
    }
    check();
    if (closing) { // or who runs again at once could keep the closer waiting for ever
      throw new IllegalStateException(name + " is closed");
    }
    Thread current = Thread.currentThread();
    if (owner == null) {
      owner = current;
      threadId = sys.currentThreadId();
    }
    running = true;
  }

  synchronized void leave() {
    running = false;
    runs++;
    notifyAll();
  }

  /** How many times a thread has come out. */
  synchronized long runs() {
    return runs;
  }

  /**
   * Does something with the run area, which cannot be unmapped meanwhile. Throws if the caller may
   * not touch the vCPU.
   */
  synchronized <T> T holding(Supplier<T> action) {
    check();
    return action.get();
  }

  /** As {@link #holding}, without a result. */
  synchronized void hold(Runnable action) {
    check();
    action.run();
  }

  /** Clears a kick that has done its work. The fence orders it before the caller's next look. */
  void acknowledge() {
    area.setImmediateExit(false);
    VarHandle.fullFence();
  }

  synchronized void kick() {
    if (!closed) {
      area.setImmediateExit(true);
      if (running) {
        sys.interruptThread(threadId);
      }
    }
  }

  /** Throws if the caller may not touch the vCPU. */
  synchronized void check() {
    if (closed) {
      throw new IllegalStateException(name + " is closed");
    }
    if (owner != null && owner != Thread.currentThread()) {
      throw new IllegalStateException(
          "%s belongs to thread %s, which ran it first; thread %s may only kick or close it"
              .formatted(name, owner.getName(), Thread.currentThread().getName()));
    }
  }

  /** Throws if the caller is in KVM_RUN or a handler, and would wait for itself. */
  synchronized void checkOutside() {
    if (running && owner == Thread.currentThread()) {
      throw new IllegalStateException(
          name + " cannot be closed from within its own run: ask for a stop, then close it");
    }
  }

  /**
   * Waits until no thread is inside.
   *
   * @return true for one caller alone, who is to unmap and close
   */
  synchronized boolean close() {
    if (closed) {
      return false;
    }
    checkOutside();
    closing = true;
    boolean interrupted = false;
    while (running) {
      kick();
      try {
        wait();
      } catch (InterruptedException e) {
        // Memory must not go away under the guest, so the wait cannot be given up.
        interrupted = true;
      }
    }
    boolean first = !closed; // another thread may have waited, too, and come out earlier
    closed = true;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return first;
  }
}
