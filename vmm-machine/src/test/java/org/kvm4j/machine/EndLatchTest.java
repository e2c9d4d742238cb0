package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EndLatchTest {

  private static final MachineEnd OFF = MachineEnd.of(MachineEnd.Kind.POWER_OFF, "off");
  private static final MachineEnd RESET = MachineEnd.of(MachineEnd.Kind.RESET, "reset");

  private final AtomicInteger firsts = new AtomicInteger();
  private final EndLatch latch = new EndLatch(firsts::incrementAndGet);

  @Test
  void newLatch_isOpen() {
    assertFalse(latch.isReported());
    assertEquals(0, firsts.get());
  }

  @Test
  void firstEnd_counts() throws InterruptedException {
    latch.report(OFF);
    latch.report(RESET);

    assertTrue(latch.isReported());
    assertEquals(OFF, latch.await());
    assertEquals(1, firsts.get());
  }

  @Test
  void endIsVisible_whenTheFirstIsAnnounced() {
    List<Boolean> seen = new ArrayList<>();
    EndLatch[] announcing = new EndLatch[1];
    announcing[0] = new EndLatch(() -> seen.add(announcing[0].isReported()));

    announcing[0].report(OFF);

    assertEquals(List.of(true), seen);
  }

  @Test
  void oneOfManyThreadsAtOnce_isFirst_andAllSeeItsEnd() throws Exception {
    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<MachineEnd>> results =
          IntStream.range(0, threads)
              .mapToObj(
                  i ->
                      pool.submit(
                          () -> {
                            start.await();
                            latch.report(MachineEnd.of(MachineEnd.Kind.STOPPED, "thread " + i));
                            return latch.await();
                          }))
              .toList();
      MachineEnd end = latch.await();
      for (Future<MachineEnd> result : results) {
        assertSame(end, result.get());
      }
      assertEquals(1, firsts.get());
    } finally {
      pool.shutdownNow();
    }
  }
}
