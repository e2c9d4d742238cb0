package org.kvm4j.io;

import java.time.Duration;

/**
 * A counter of the host's kernel that one side adds to and the other takes: how a guest's write
 * reaches a thread, and how a thread raises an interrupt, without an exit. eventfd(2).
 *
 * <p>Made by {@link org.kvm4j.Hypervisor#createEventFd}. It belongs to no VM: connect it with
 * {@link IoEventFds} or {@link org.kvm4j.irq.Interrupts}, and close it when nobody needs it.
 *
 * <p>Threading: any thread. Every method but {@link #close} throws {@link IllegalStateException}
 * once it is closed. Whoever waits in {@link #await()} waits in the kernel, where {@link
 * Thread#interrupt} does not reach: close it to end the wait.
 */
public interface EventFd extends AutoCloseable {

  /** Adds 1. */
  default void signal() {
    signal(1);
  }

  /**
   * Adds to the counter.
   *
   * @param count at least 1
   * @throws IllegalArgumentException if {@code count} is less than 1
   * @throws IllegalStateException if the counter would go beyond 2^64 - 2: nobody takes it
   */
  void signal(long count);

  /**
   * Takes the count, without waiting for one.
   *
   * @return what was added since it was last taken, unsigned; 0 if nothing
   */
  long poll();

  /**
   * Waits until there is a count and takes it.
   *
   * @return at least 1, unsigned
   * @throws IllegalStateException if it is, or meanwhile becomes, closed
   */
  long await();

  /**
   * As {@link #await()}, but not for ever.
   *
   * @param limit how long to wait, to the millisecond, rounded up
   * @return the count, unsigned; 0 if there was none in that time
   */
  long await(Duration limit);

  /**
   * Wakes whoever waits, and closes it; idempotent.
   *
   * <p>A VM that it still raises interrupts in forgets it. A range of ports or memory that still
   * signals it goes on to swallow the guest's writes: disconnect it first.
   */
  @Override
  void close();
}
