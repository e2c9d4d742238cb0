package org.kvm4j.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Threads that play vCPUs. */
final class Vcpus {

  private static final int TIMEOUT_SECONDS = 30;

  private Vcpus() {}

  /** Runs both at the same time and throws what either threw. */
  static void runAtOnce(Runnable first, Runnable second) throws Exception {
    CountDownLatch ready = new CountDownLatch(2);
    List<FutureTask<Void>> tasks =
        List.of(startTogether(first, ready), startTogether(second, ready));
    for (FutureTask<Void> task : tasks) {
      resultOf(task);
    }
  }

  /** The names of the threads that {@code action} started and that are alive at its end. */
  static List<String> threadsStartedBy(Runnable action) throws Exception {
    // A new thread joins the group of the one that starts it, so nobody else's are counted.
    ThreadGroup group = new ThreadGroup("devices");
    FutureTask<List<String>> task =
        new FutureTask<>(
            () -> {
              action.run();
              return othersIn(group);
            });
    start(group, task);
    return resultOf(task);
  }

  private static FutureTask<Void> startTogether(Runnable action, CountDownLatch ready) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              ready.countDown();
              ready.await();
              action.run();
              return null;
            });
    start(Thread.currentThread().getThreadGroup(), task);
    return task;
  }

  private static <T> T resultOf(FutureTask<T> task) throws Exception {
    try {
      return task.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AssertionError failure) {
        throw failure; // says best itself what went wrong
      }
      throw e;
    }
  }

  private static void start(ThreadGroup group, Runnable task) {
    Thread thread = new Thread(group, task, "vcpu");
    thread.setDaemon(true); // one that hangs fails its test, not the whole run
    thread.start();
  }

  private static List<String> othersIn(ThreadGroup group) {
    Thread[] threads = new Thread[64];
    group.enumerate(threads);
    return Arrays.stream(threads)
        .filter(Objects::nonNull)
        .filter(thread -> thread != Thread.currentThread())
        .map(Thread::getName)
        .toList();
  }
}
