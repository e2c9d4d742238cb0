package org.kvm4j.machine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.kvm4j.KvmException;

/**
 * Carries out resets on a thread of its own, because who asks for one is a vCPU inside of a device.
 *
 * <p>Threading: any thread.
 */
final class Restarter implements AutoCloseable {

  private static final int MOST_SECONDS_TO_END = 10;

  private final Runnable stopVcpus;
  private final Work restart;
  private final EndLatch end;
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
   * @param restart resets the machine and lets it go on
   * @param end of the machine, if that fails
   */
  Restarter(Runnable stopVcpus, Work restart, EndLatch end) {
    this.stopVcpus = stopVcpus;
    this.restart = restart;
    this.end = end;
  }

  /** A reset for a cause. */
  interface Work {
    void reset(String cause) throws InterruptedException;
  }

  /** Asks for a reset; does nothing while one is under way already. */
  synchronized void request(String cause) {
    if (!pending && !thread.isShutdown()) {
      pending = true;
      stopVcpus.run();
      thread.execute(() -> restart(cause));
    }
  }

  private void restart(String cause) {
    try {
      restart.reset(cause);
    } catch (KvmException e) {
      end.report(MachineEnd.failed(e));
    } catch (RuntimeException | Error e) {
      end.report(
          MachineEnd.failed(
              new KvmException("Reset: %s. This is a bug in kvm4j.".formatted(e), e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the machine is being closed
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
