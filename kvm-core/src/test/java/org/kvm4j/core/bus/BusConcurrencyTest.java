package org.kvm4j.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.bus.PioHandler;

/** vCPUs access a bus while ranges are added to it. */
@Timeout(60)
final class BusConcurrencyTest {

  private static final int RANGES = 2000;
  private static final int READERS = 4;

  private final PioSpace pio = new PioSpace();

  @Test
  void readers_seeWholeRangesOnly_andARangeOnceSeenStays() throws Exception {
    AtomicInteger registered = new AtomicInteger();
    CountDownLatch readersRun = new CountDownLatch(READERS);
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try {
      Future<?>[] results = new Future<?>[READERS];
      for (int r = 0; r < READERS; r++) {
        results[r] =
            readers.submit(
                () -> {
                  readersRun.countDown();
                  for (int known = 0; known < RANGES; known = registered.get()) {
                    checkAll(known);
                  }
                  checkAll(RANGES);
                });
      }
      readersRun.await();
      for (int n = 0; n < RANGES; n++) {
        pio.register(base(n), 4, new Numbered(n));
        registered.set(n + 1);
      }
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      readers.shutdownNow();
    }
  }

  @Test
  void anAccess_goesOnInAHandler_whileAnotherIsInTheSameOne() throws Exception {
    CountDownLatch bothInside = new CountDownLatch(2);
    pio.register(
        0x60,
        1,
        new PioHandler() {
          @Override
          public int read(int offset, int size) {
            bothInside.countDown();
            try {
              bothInside.await(); // the bus holds no lock of its own during the call
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            return 1;
          }

          @Override
          public void write(int offset, int size, int value) {}
        });
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> theirs = other.submit(() -> pio.read(0x60, 1));

      assertEquals(1, pio.read(0x60, 1));
      assertEquals(1, theirs.get());
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void unclaimedAccessesOfManyThreads_areAllCounted() throws Exception {
    ExecutorService vcpus = Executors.newFixedThreadPool(READERS);
    try {
      Future<?>[] results = new Future<?>[READERS];
      for (int r = 0; r < READERS; r++) {
        results[r] =
            vcpus.submit(
                () -> {
                  for (int i = 0; i < 10_000; i++) {
                    pio.read(0x80, 1);
                  }
                });
      }
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      vcpus.shutdownNow();
    }

    assertEquals(10_000L * READERS, pio.unclaimed().byAddress().get(0x80L));
  }

  private void checkAll(int known) {
    for (int n = 0; n < RANGES; n += 7) {
      int value = pio.read(base(n), 4);
      boolean whole = value == n || (n >= known && value == -1);
      assertTrue(whole, "range %d of %d known reads 0x%x".formatted(n, known, value));
    }
  }

  /** Scattered, so that each new range moves others in the sorted array. */
  private static int base(int n) {
    return n * 7919 % RANGES * 8;
  }

  private record Numbered(int number) implements PioHandler {
    @Override
    public int read(int offset, int size) {
      return number;
    }

    @Override
    public void write(int offset, int size, int value) {}
  }
}
