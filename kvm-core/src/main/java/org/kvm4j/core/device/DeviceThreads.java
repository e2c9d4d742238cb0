package org.kvm4j.core.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Finds the threads that a device has started, though it should have none.
 *
 * <p>While the device's code runs, the thread's context class loader is {@link #mark}; a thread
 * that is started meanwhile inherits it. As it leads to the device's own classes, libraries that
 * look there find what belongs to the plug-in.
 */
final class DeviceThreads {

  private static final long MOST_NANOS_TO_END = TimeUnit.SECONDS.toNanos(1);

  private final ClassLoader mark;

  /**
   * For one device.
   *
   * @param loader of its classes
   */
  DeviceThreads(ClassLoader loader) {
    mark = new Mark(loader);
  }

  private static final class Mark extends ClassLoader {
    static {
      registerAsParallelCapable();
    }

    Mark(ClassLoader parent) {
      super(parent);
    }
  }

  ClassLoader mark() {
    return mark;
  }

  /**
   * Runs the framework's own code on behalf of the device: a thread that it starts is not theirs.
   */
  static <T> T unmarked(Supplier<T> code) {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    current.setContextClassLoader(DeviceThreads.class.getClassLoader());
    try {
      return code.get();
    } finally {
      current.setContextClassLoader(before);
    }
  }

  /** Interrupts all that are left, waits a moment, and returns those that live on. */
  List<Thread> end() {
    List<Thread> left = alive();
    left.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + MOST_NANOS_TO_END;
    boolean interrupted = false;
    for (Thread each : left) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      try {
        each.join(Math.max(1, millis));
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return left.stream().filter(Thread::isAlive).toList();
  }

  private List<Thread> alive() {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    while (root.getParent() != null) {
      root = root.getParent();
    }
    Thread[] threads = new Thread[root.activeCount() + 16];
    while (root.enumerate(threads) == threads.length) {
      threads = new Thread[threads.length * 2]; // enumerate leaves out what does not fit
    }
    List<Thread> own = new ArrayList<>();
    Arrays.stream(threads)
        .filter(Objects::nonNull)
        .filter(each -> each != Thread.currentThread())
        .filter(each -> each.getContextClassLoader() == mark)
        .forEach(own::add);
    return own;
  }
}
