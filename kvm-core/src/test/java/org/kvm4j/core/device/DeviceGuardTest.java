package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.DeviceFaultException;

/** One at a time into a device, and nothing that it throws out of it. */
@Timeout(60)
final class DeviceGuardTest {

  private static final int THREADS = 4;
  private static final int ROUNDS = 5000;

  private final List<DeviceFaultException> faults = new CopyOnWriteArrayList<>();
  private final AtomicInteger fences = new AtomicInteger();
  private final Watchdog watchdog = new Watchdog(Duration.ofMinutes(1));
  private final DeviceGuard guard =
      new DeviceGuard(
          "serial",
          watchdog,
          new DeviceThreads(getClass().getClassLoader()),
          fences::incrementAndGet,
          faults::add);

  static Stream<Throwable> bugs() {
    return Stream.of(
        new IndexOutOfBoundsException("8"),
        new AssertionError("cannot happen"),
        new OutOfMemoryError("of its own"),
        new NoSuchMethodError("old"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void aReadThatThrows_isAFault_andTheGuestReadsAllOnes(Throwable bug) {
    Target port = guard.around(TestProvider.reading(() -> sneak(bug)), 0x3f8);

    assertEquals(-1, port.read(5, 1));

    assertEquals(1, faults.size());
    assertSame(bug, faults.get(0).getCause());
    assertEquals(
        "Device serial failed in a read of port 0x3fd, size 1: %s.".formatted(bug)
            + " This is a bug in the device; report it to its author.",
        faults.get(0).getMessage());
  }

  @Test
  void aWriteThatThrows_isAFault() {
    Target port =
        guard.around(TestProvider.reading(() -> sneak(new ArithmeticException("/ by zero"))), 0x40);

    port.write(3, 2, 0);

    assertTrue(
        faults
            .get(0)
            .getMessage()
            .startsWith("Device serial failed in a write to port 0x43, size 2"));
  }

  @Test
  void memoryHandlersThatThrow_areFaults_withTheirAddress() {
    MmioHandler broken =
        new MmioHandler() {
          @Override
          public long read(long offset, int size) {
            throw new IllegalStateException("read");
          }

          @Override
          public void write(long offset, int size, long value) {
            throw new IllegalStateException("write");
          }
        };

    assertEquals(-1, guard.around(broken, 0xfed0_0000L).read(0xf0, 8));
    TestGuard.of("hpet", faults::add).around(broken, 0xfed0_0000L).write(0x10, 4, 0);

    assertTrue(faults.get(0).getMessage().contains("a read of address 0xfed000f0, size 8: "));
    assertTrue(faults.get(1).getMessage().contains("a write to address 0xfed00010, size 4: "));
  }

  @Test
  void endlessRecursion_isAFault_andTheLockIsFreeAfterIt() throws Exception {
    Target port = guard.around(TestProvider.reading(DeviceGuardTest::recurse), 0x60);

    assertEquals(-1, port.read(0, 1));

    assertInstanceOf(StackOverflowError.class, faults.get(0).getCause());
    onOtherThreads(1, () -> guard.run("another thread's call", () -> {}));
  }

  @Test
  void aDeviceThatHasFailed_isFenced_andAnswersAllOnes() {
    AtomicInteger calls = new AtomicInteger();
    Target port =
        guard.around(
            TestProvider.reading(
                () -> {
                  calls.incrementAndGet();
                  throw new IllegalStateException("bug");
                }),
            0x60);

    port.read(0, 1);
    port.write(0, 1, 1);
    guard.run("a timer task", calls::incrementAndGet);

    assertEquals(-1, port.read(0, 1));
    assertTrue(guard.isFenced());
    assertEquals(1, calls.get());
    assertEquals(1, faults.size());
    assertEquals(1, fences.get());
  }

  @Test
  void aFencedDevice_mayStillGiveUpWhatItOpened() {
    AtomicInteger closed = new AtomicInteger();
    guard.run("a timer task", () -> sneak(new IllegalStateException("bug")));

    guard.runLast("close", closed::incrementAndGet);

    assertEquals(1, closed.get());
  }

  @Test
  void handlersTimersAndCallbacks_neverRunAtOnce() throws Exception {
    int[] unguarded = new int[1];
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    TestProvider.Access body =
        () -> {
          if (inside.incrementAndGet() != 1) {
            together.incrementAndGet();
          }
          unguarded[0]++;
          inside.decrementAndGet();
          return 0;
        };
    Target port = guard.around(TestProvider.reading(body), 0x60);
    AtomicInteger number = new AtomicInteger();

    onOtherThreads(
        THREADS,
        () -> {
          int mine = number.getAndIncrement();
          for (int i = 0; i < ROUNDS; i++) {
            switch (mine) {
              case 0 -> port.read(0, 1);
              case 1 -> port.write(0, 1, 0);
              default -> guard.run("a timer task", body::serve);
            }
          }
        });

    assertEquals(0, together.get());
    assertEquals(THREADS * ROUNDS, unguarded[0]);
    assertEquals(List.of(), faults);
  }

  @Test
  void aHandler_mayReachItsOwnDeviceAgain() {
    Target inner = guard.around(TestProvider.answering(7), 0x61);
    Target outer = guard.around(TestProvider.reading(() -> (int) inner.read(0, 1) + 1), 0x60);

    assertEquals(8, outer.read(0, 1));
  }

  @Test
  void afterClose_nothingOfTheDeviceRuns_andItsPortsReadAllOnes() {
    AtomicInteger calls = new AtomicInteger();
    Target port = guard.around(TestProvider.reading(calls::incrementAndGet), 0x60);

    guard.runLast("close", calls::incrementAndGet);
    port.write(0, 1, 1);
    guard.run("a timer task", calls::incrementAndGet);
    guard.runLast("close", calls::incrementAndGet);

    assertEquals(-1, port.read(0, 1));
    assertEquals(1, calls.get());
  }

  @Test
  void theWidthOfAHandler_isAskedForOnce() {
    AtomicInteger asked = new AtomicInteger();
    Target port =
        guard.around(
            new PioHandler() {
              @Override
              public int read(int offset, int size) {
                return 0;
              }

              @Override
              public void write(int offset, int size, int value) {}

              @Override
              public int maxAccessBytes() {
                return asked.incrementAndGet();
              }
            },
            0x60);

    assertEquals(1, port.maxAccessBytes());
    assertEquals(1, port.maxAccessBytes());
  }

  @Test
  void aResourceThatCannotBeClosed_isAFault() {
    assertDoesNotThrow(
        () ->
            guard.closing(
                "its stream",
                () -> {
                  throw new IOException("disk full");
                }));

    assertTrue(faults.get(0).getMessage().contains("closing its stream: java.io.IOException"));
  }

  @Test
  void theLockIsFree_whileNothingRuns() throws Exception {
    guard.call(() -> 1);

    CountDownLatch ran = new CountDownLatch(1);
    onOtherThreads(1, () -> guard.run("a callback", ran::countDown));

    assertFalse(ran.getCount() > 0);
  }

  private static void onOtherThreads(int count, Runnable action) throws InterruptedException {
    List<Thread> threads = Stream.generate(() -> new Thread(action)).limit(count).toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @SuppressWarnings("InfiniteRecursion") // the bug that is wanted here
  private static int recurse() {
    return recurse() + 1;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> int sneak(Throwable bug) throws E {
    throw (E) bug;
  }
}
