package org.kvm4j.machine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Carries out resets on a thread of its own, because who asks for one is a vCPU inside of a device.
 *
 * <p>Threading: any thread.
 */
final class Restarter implements AutoCloseable {

  private static final int MOST_SECONDS_TO_END = 10;

  private final Runnable stopVcpus;
  private final Consumer<String> restart;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "kvm4j-reset");
            worker.setDaemon(true);
            return worker;
          });
  private boolean pending;

  /**
   * For one machine.
   *
   * @param stopVcpus makes them stand, without waiting: none may run on after the access that meant
   *     a reset
   * @param restart resets the machine for a cause and lets it go on; reports what goes wrong itself
   */
  Restarter(Runnable stopVcpus, Consumer<String> restart) {
    this.stopVcpus = stopVcpus;
    this.restart = restart;
  }

  /** Asks for a reset; does nothing while one is under way already. */
  synchronized void request(String cause) {
    if (!pending && !thread.isShutdown()) {
      pending = true;
      stopVcpus.run();
      thread.execute(() -> restart.accept(cause));
    }
  }

  /** A reset is complete, and before the vCPUs go on: the next one counts again. */
  synchronized void done() {
    pending = false;
  }

  /** Lets a reset under way end, and takes no more. */
  @Override
  public void close() {
    synchronized (this) {
      thread.shutdown();
    }
    try {
      if (!thread.awaitTermination(MOST_SECONDS_TO_END, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
