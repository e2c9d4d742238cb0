package org.kvm4j.core.kvm;

import static org.kvm4j.core.sys.PollSet.NONE;
import static org.kvm4j.core.sys.PollSet.POLLIN;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.io.EventFd;

/**
 * An eventfd and its only owner.
 *
 * <p>A thread may be in poll(2) with its number, or an ioctl may carry it: as in {@link RunGate},
 * closing waits for them, because the number could be another file's the moment it is closed. A
 * second eventfd, made when a thread first waits, gets them out of poll(2). The counter itself
 * cannot: an interrupt may hang on it.
 */
final class KvmEventFd implements EventFd {

  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final Syscalls sys;
  private final int fd;

  // All guarded by this.
  private final ByteBuffer counter = Native.allocate(Long.BYTES);
  private int bell = NONE;
  private int users;
  private boolean closed;

  private KvmEventFd(Syscalls sys, int fd) {
    this.sys = sys;
    this.fd = fd;
  }

  static KvmEventFd create(Syscalls sys) {
    return new KvmEventFd(sys, open(sys));
  }

  /** What a caller's {@code EventFd} must be for KVM to know it. */
  static KvmEventFd of(EventFd eventFd) {
    if (eventFd instanceof KvmEventFd known) {
      return known;
    }
    throw new IllegalArgumentException(
        eventFd.getClass().getName()
            + " is no eventfd of the kernel: make it with Hypervisor.createEventFd()");
  }

  @Override
  public synchronized void signal(long count) {
    if (count < 1) {
      throw new IllegalArgumentException("signal of " + count + ": add at least 1");
    }
    requireOpen();
    int result = write(fd, count);
    if (result == -Errno.EAGAIN) {
      throw new IllegalStateException("the eventfd's counter is full: nobody takes it");
    }
    if (result < 0) {
      throw Failure.of("write to an eventfd", result);
    }
  }

  @Override
  public synchronized long poll() {
    requireOpen();
    int result = sys.read(fd, counter.clear());
    if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
      return 0;
    }
    if (result < 0) {
      throw Failure.of("read of an eventfd", result);
    }
    return counter.getLong(0);
  }

  @Override
  public long await() {
    while (true) {
      long count = await(LONGEST);
      if (count != 0) {
        return count;
      }
    }
  }

  @Override
  public long await(Duration limit) {
    long nanos = limit.compareTo(LONGEST) < 0 ? limit.toNanos() : Long.MAX_VALUE;
    long start = System.nanoTime();
    PollSet polled = enterWithBell();
    try {
      while (true) {
        long count = poll();
        long left = nanos - (System.nanoTime() - start);
        if (count != 0 || left <= 0) {
          return count;
        }
        int result = polled.await(roundedUpMillis(left));
        if (result < 0 && result != -Errno.EINTR) {
          throw Failure.of("poll of an eventfd", result);
        }
      }
    } finally {
      leave();
    }
  }

  /** The number, which is not closed before {@link #leave}. */
  synchronized int enter() {
    requireOpen();
    users++;
    return fd;
  }

  synchronized void leave() {
    users--;
    notifyAll();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (bell != NONE) {
      write(bell, 1);
    }
    boolean interrupted = false;
    while (users > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // the number must not be closed under them
      }
    }
    sys.close(fd);
    if (bell != NONE) {
      sys.close(bell);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** As {@link #enter}, with what to poll: the counter, and the bell that {@code close} rings. */
  private synchronized PollSet enterWithBell() {
    requireOpen();
    if (bell == NONE) {
      bell = open(sys);
    }
    users++;
    PollSet polled = new PollSet(sys, 2);
    polled.set(0, fd, POLLIN);
    polled.set(1, bell, POLLIN);
    return polled;
  }

  private int write(int number, long count) {
    return sys.write(number, counter.clear().putLong(0, count));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the eventfd is closed");
    }
  }

  private static int open(Syscalls sys) {
    int number = sys.eventfd(0);
    if (number < 0) {
      throw Failure.of("eventfd", number);
    }
    return number;
  }

  private static int roundedUpMillis(long nanos) {
    return (int) Math.min((nanos - 1) / NANOS_PER_MILLI + 1, Integer.MAX_VALUE);
  }
}
