package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceFaultException;

/** The VM's clock at another rate, and moved by hand. */
@Timeout(60)
final class VmTimeRateTest {

  private final VmTime time = new VmTime();
  private final List<DeviceFaultException> faults = new ArrayList<>();
  private final DeviceGuard guard = TestGuard.of("pit", faults::add);
  private final List<String> ran = new ArrayList<>();

  @AfterEach
  void close() {
    time.close();
    assertEquals(List.of(), faults);
  }

  @Test
  void aStep_runsTheTimersDue_eachAtItsDeadline() {
    at(300, () -> {});
    at(100, () -> {});
    at(301, () -> {});

    time.step(300);

    assertEquals(List.of("100 at 100", "300 at 300"), ran);
    assertEquals(300, time.nanoTime());
  }

  @Test
  void aTimerArmedByATask_isPartOfTheStep_ifDueInIt() {
    at(100, () -> at(150, () -> at(250, () -> {})));

    time.step(200);
    assertEquals(List.of("100 at 100", "150 at 150"), ran);
    time.step(50);

    assertEquals(List.of("100 at 100", "150 at 150", "250 at 250"), ran);
  }

  @Test
  void aRateOfZero_letsTheClockMoveByStepsAlone() throws Exception {
    time.setRate(0);
    time.start();
    at(1, () -> {});

    assertEquals(0, time.nanoTime());
    assertEquals(List.of(), ran);
    time.step(7);

    assertEquals(7, time.nanoTime());
    assertEquals(List.of("1 at 1"), ran);
  }

  @Test
  void theWallClock_goesWithTheClock() {
    long before = time.epochMillis();

    time.step(3_600_000_000_000L);

    assertEquals(before + 3_600_000, time.epochMillis());
  }

  @Test
  void aFasterClock_gainsOnTheHosts_andASlowerOneFallsBehind() {
    time.start();
    for (double rate : new double[] {50, 0.01}) {
      time.setRate(rate);
      long hostOutside = System.nanoTime();
      long vm = time.nanoTime();
      long hostInside = System.nanoTime();
      while (System.nanoTime() - hostInside < 2_000_000) {
        Thread.onSpinWait();
      }
      long shortest = System.nanoTime() - hostInside;
      long gained = time.nanoTime() - vm;
      long longest = System.nanoTime() - hostOutside;

      assertTrue(gained >= (long) (shortest * rate) - 1, gained + " at " + rate);
      assertTrue(gained <= (long) (longest * rate) + 1, gained + " at " + rate);
    }
  }

  @Test
  void aTimer_isDueByTheClocksRate() throws Exception {
    time.setRate(VmTime.FASTEST_RATE);
    CountDownLatch aDayLater = new CountDownLatch(1);
    new QueuedTimer(time, guard, aDayLater::countDown).arm(10_000_000_000L);

    time.start();

    aDayLater.await(); // 10 ms by the host's clock, 10 s if the rate did not count
    assertTrue(time.nanoTime() >= 10_000_000_000L);
  }

  @Test
  void aChangeOfRate_movesTheClockNeitherWay() {
    time.step(1000);
    time.setRate(20);
    assertEquals(1000, time.nanoTime());
    time.setRate(0);
    assertEquals(1000, time.nanoTime());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 1001, Double.NaN, Double.POSITIVE_INFINITY})
  void otherRates_areRefused(double rate) {
    assertThrows(IllegalArgumentException.class, () -> time.setRate(rate));
  }

  @Test
  void stepsBack_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> time.step(-1));
  }

  @Test
  void aTaskThatSteps_isToldSo_insteadOfWaitingForItself() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    new QueuedTimer(
            time,
            guard,
            () -> thrown.set(assertThrows(IllegalStateException.class, () -> time.step(1))))
        .arm(1);

    time.step(1);

    assertEquals("a timer task steps the clock: arm the timer instead", thrown.get().getMessage());
  }

  @Test
  void steppersTakeTurns() throws Exception {
    Thread other = new Thread(() -> time.step(5));
    other.start();
    time.step(7);
    other.join();

    assertEquals(12, time.nanoTime());
  }

  @Test
  void closing_endsAStepThatWaits() throws Exception {
    CountDownLatch inTask = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    new QueuedTimer(
            time,
            guard,
            () -> {
              inTask.countDown();
              awaitUnchecked(mayEnd);
            })
        .arm(1);
    Thread stepper = new Thread(() -> time.step(10));
    stepper.start();
    inTask.await();

    Thread closer = new Thread(time::close);
    closer.start();
    stepper.join(); // though the task still runs
    mayEnd.countDown();
    closer.join();
    assertTrue(time.hasEnded());
  }

  private void at(long deadlineNanos, Runnable also) {
    new QueuedTimer(
            time,
            guard,
            () -> {
              ran.add("%d at %d".formatted(deadlineNanos, time.nanoTime()));
              also.run();
            })
        .arm(deadlineNanos);
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
