package org.kvm4j.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one thread that may use a vCPU. A daemon: one that hangs must not keep the JVM alive. */
final class VcpuThread {

  private static final long END_SECONDS = 5;

  private final ExecutorService executor = Executors.newSingleThreadExecutor(this::newThread);
  private volatile Thread thread;

  <T> Future<T> submit(Callable<T> action) {
    return executor.submit(action);
  }

  /** The result, or what the action threw. */
  <T> T await(Future<T> result, Duration patience) throws TimeoutException {
    try {
      return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("The test was interrupted while its guest ran.", e);
    }
  }

  /** Where the thread is now. */
  StackTraceElement[] stackTrace() {
    return thread.getStackTrace();
  }

  /** Interrupts what still runs; whether the thread has ended. */
  boolean end() {
    executor.shutdownNow();
    try {
      return executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Thread newThread(Runnable work) {
    thread = new Thread(work, "kvm4j-testkit-vcpu");
    thread.setDaemon(true);
    return thread;
  }
}
