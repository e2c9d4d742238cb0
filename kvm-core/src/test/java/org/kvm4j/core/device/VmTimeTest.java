package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.VmTimer;

/** The VM's clock and its timer thread. Nothing here waits for a length of time. */
@Timeout(60)
final class VmTimeTest {

  private static final long NEVER = TimeUnit.DAYS.toNanos(1000);

  private final VmTime time = new VmTime();
  private final List<DeviceFaultException> faults = new CopyOnWriteArrayList<>();
  private final DeviceGuard guard = TestGuard.of("pit", faults::add);
  private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    time.close();
  }

  @Test
  void theClock_standsAtZeroBeforeStart() {
    assertEquals(0, time.nanoTime());
    long wall = time.epochMillis();
    assertEquals(0, time.nanoTime());
    assertEquals(wall, time.epochMillis());
  }

  @Test
  void theClock_runsAfterStart_andNeverBack() throws Exception {
    time.start();
    long last = 0;
    for (int i = 0; i < 10_000; i++) {
      long now = time.nanoTime();
      assertTrue(now >= last);
      last = now;
    }
    assertTrue(last > 0);
  }

  @Test
  void theClock_standsAfterStop_andGoesOnFromThere() throws Exception {
    time.start();
    runOne(0);
    time.stop();
    long stopped = time.nanoTime();
    long wall = time.epochMillis();
    assertTrue(stopped > 0);

    assertEquals(stopped, time.nanoTime());
    assertEquals(wall, time.epochMillis());
    time.stop();
    assertEquals(stopped, time.nanoTime(), "stopping again changes nothing");
    time.start();
    time.start();
    assertTrue(time.nanoTime() >= stopped);
  }

  @Test
  void timers_waitForTheClockToStart() throws Exception {
    timer("early").arm(0);
    assertEquals(0, ran.size());

    time.start();

    assertEquals("early", ran.take());
  }

  @Test
  void timersDue_runInTheOrderOfDeadlines_thenOfArming() throws Exception {
    timer("third").arm(30);
    timer("first").arm(10);
    timer("second, armed first").arm(20);
    timer("second, armed later").arm(20);

    time.start();

    assertEquals("first", ran.take());
    assertEquals("second, armed first", ran.take());
    assertEquals("second, armed later", ran.take());
    assertEquals("third", ran.take());
  }

  @Test
  void aTimer_doesNotRunBeforeItsDeadline() throws Exception {
    long[] ranAt = new long[1];
    CountDownLatch done = new CountDownLatch(1);
    VmTimer timer =
        new QueuedTimer(
            time,
            guard,
            () -> {
              ranAt[0] = time.nanoTime();
              done.countDown();
            });
    time.start();
    long deadline = time.nanoTime() + 2_000_000;

    timer.arm(deadline);
    done.await();

    assertTrue(ranAt[0] >= deadline);
  }

  @Test
  void deadlinesAtTheEndsOfTime_areDueAtOnceOrNever() throws Exception {
    time.start();
    timer("never").arm(Long.MAX_VALUE);

    timer("at once").arm(Long.MIN_VALUE);

    assertEquals("at once", ran.take());
    runOne(0);
    assertEquals(0, ran.size());
  }

  @Test
  void armingAgain_replacesTheDeadline_bothWays() throws Exception {
    VmTimer sooner = timer("sooner");
    sooner.arm(NEVER);
    VmTimer later = timer("later");
    later.arm(1);

    sooner.arm(0);
    later.arm(NEVER);
    time.start();

    assertEquals("sooner", ran.take());
    runOne(10);
    assertEquals(0, ran.size(), "the replaced deadlines ran nothing");
  }

  @Test
  void aTimerArmedFromAnEarlierWait_wakesTheThread() throws Exception {
    time.start();
    timer("far").arm(NEVER);

    timer("near").arm(0);

    assertEquals("near", ran.take());
  }

  @Test
  void aTask_mayArmItsOwnTimerAgain() throws Exception {
    AtomicInteger ticks = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    VmTimer[] self = new VmTimer[1];
    self[0] =
        new QueuedTimer(
            time,
            guard,
            () -> {
              if (ticks.incrementAndGet() < 3) {
                self[0].arm(time.nanoTime());
              }
              three.countDown();
            });

    self[0].arm(0);
    time.start();
    three.await();
    runOne(time.nanoTime());

    assertEquals(3, ticks.get());
  }

  @Test
  void aCancelledTimer_doesNotRun() throws Exception {
    VmTimer timer = timer("cancelled");
    timer.arm(0);
    timer.cancel();
    timer.cancel();

    time.start();
    runOne(1);

    assertEquals(0, ran.size());
  }

  @Test
  void aTimerDueWhileTheDeviceCancelsIt_doesNotRun() throws Exception {
    raceWithLockHeld(VmTimer::cancel);

    assertEquals(0, ran.size());
  }

  @Test
  void aTimerDueWhileTheDeviceArmsItForLater_doesNotRunTwice() throws Exception {
    raceWithLockHeld(timer -> timer.arm(NEVER));

    assertEquals(0, ran.size());
  }

  @Test
  void aTimerDueWhileItsDeviceIsClosed_doesNotRun() throws Exception {
    raceWithLockHeld(timer -> guard.runLast("close", () -> {}));

    assertEquals(0, ran.size());
  }

  @Test
  void aKilledTimer_canNotBeArmedAgain() throws Exception {
    QueuedTimer timer = timer("dead");
    timer.arm(0);
    timer.kill();
    timer.arm(0);

    time.start();
    runOne(1);

    assertEquals(0, ran.size());
  }

  @Test
  void timersDueWhileStopped_runAfterTheNextStart() throws Exception {
    time.start();
    runOne(0);
    time.stop();

    timer("waits").arm(0);
    assertEquals(0, ran.size());
    time.start();

    assertEquals("waits", ran.take());
  }

  @Test
  void aTaskThatThrows_isAFault_andTheTimersOfOthersGoOn() throws Exception {
    new QueuedTimer(
            time,
            TestGuard.of("rtc", faults::add),
            () -> {
              throw new IllegalStateException("bug");
            })
        .arm(0);
    timer("next").arm(1);

    time.start();

    assertEquals("next", ran.take());
    assertTrue(faults.get(0).getMessage().startsWith("Device rtc failed in a timer task: "));
  }

  @Test
  void aTaskThatInterruptsTheThread_doesNotStopTheOthers() throws Exception {
    new QueuedTimer(time, guard, () -> Thread.currentThread().interrupt()).arm(0);
    timer("next").arm(1);

    time.start();

    assertEquals("next", ran.take());
    timer("and after").arm(0);
    assertEquals("and after", ran.take());
  }

  @Test
  void close_waitsForATaskThatRuns_andNoneRunsAfterIt() throws Exception {
    CountDownLatch inTask = new CountDownLatch(1);
    CountDownLatch taskMayEnd = new CountDownLatch(1);
    new QueuedTimer(
            time,
            guard,
            () -> {
              inTask.countDown();
              awaitUnchecked(taskMayEnd);
              ran.add("ended");
            })
        .arm(0);
    timer("after").arm(1);
    time.start();
    inTask.await();

    Thread closer = new Thread(time::close, "closer");
    closer.start();
    while (closer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait(); // in join, until the task ends
    }
    assertEquals(0, ran.size());
    taskMayEnd.countDown();
    closer.join();

    assertEquals(List.of("ended"), List.copyOf(ran));
    timer("too late").arm(0);
    time.close();
    assertEquals(1, ran.size());
  }

  @Test
  void close_fromATask_doesNotWaitForItself() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    new QueuedTimer(
            time,
            guard,
            () -> {
              time.close();
              closed.countDown();
            })
        .arm(0);

    time.start();

    closed.await();
    assertEquals(List.of(), faults);
  }

  @Test
  void armingWithoutEnd_takesNoMemoryWithoutEnd() {
    timer("always first").arm(NEVER - 2); // so that what was superseded is never at the head
    VmTimer timer = timer("again and again");
    long before = usedBytesAfterGc();

    for (int i = 0; i < 2_000_000; i++) {
      timer.arm(NEVER - i % 2);
    }

    long grown = usedBytesAfterGc() - before;
    assertTrue(grown < 16 << 20, grown + " bytes more");
  }

  @Test
  void theThread_isADaemon_soThatAForgottenVmEndsWithTheProgram() {
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("kvm4j-timers") && !thread.isDaemon()));
  }

  /**
   * A device's own code runs while its timer falls due: the timer thread waits for the lock, and
   * what the device does to the timer meanwhile must count.
   */
  private void raceWithLockHeld(Consumer<VmTimer> action) throws Exception {
    QueuedTimer timer = timer("stale");
    time.start();
    guard.run(
        "a handler",
        () -> {
          timer.arm(0);
          awaitTimerThreadBlocked();
          action.accept(timer);
        });
    assertEquals(List.of(), faults);
    DeviceGuard other = TestGuard.of("other", faults::add);
    CountDownLatch later = new CountDownLatch(1);
    new QueuedTimer(time, other, later::countDown).arm(0);
    later.await(); // the thread is past the stale entry
  }

  private static void awaitTimerThreadBlocked() {
    while (Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals("kvm4j-timers"))
        .noneMatch(VmTimeTest::isInExpire)) {
      Thread.onSpinWait();
    }
  }

  private static boolean isInExpire(Map.Entry<Thread, StackTraceElement[]> entry) {
    return entry.getKey().getState() == Thread.State.TIMED_WAITING
        && List.of(entry.getValue()).stream().anyMatch(f -> f.getMethodName().equals("expire"));
  }

  /** Runs another timer's task and waits for it: those due before it have run, too. */
  private void runOne(long deadlineNanos) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    new QueuedTimer(time, guard, done::countDown).arm(deadlineNanos);
    done.await();
  }

  private QueuedTimer timer(String name) {
    return new QueuedTimer(time, guard, () -> ran.add(name));
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long usedBytesAfterGc() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
