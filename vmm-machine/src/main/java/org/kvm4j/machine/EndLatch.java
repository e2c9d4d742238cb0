package org.kvm4j.machine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Keeps the first end that is reported. Threading: any thread. */
final class EndLatch {

  private final AtomicReference<MachineEnd> end = new AtomicReference<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Runnable onFirst;

  /**
   * An open latch.
   *
   * @param onFirst run once, on the thread that reports the first end
   */
  EndLatch(Runnable onFirst) {
    this.onFirst = onFirst;
  }

  void report(MachineEnd newEnd) {
    if (end.compareAndSet(null, newEnd)) {
      ended.countDown();
      onFirst.run();
    }
  }

  boolean isReported() {
    return end.get() != null;
  }

  MachineEnd await() throws InterruptedException {
    ended.await();
    return end.get();
  }
}
