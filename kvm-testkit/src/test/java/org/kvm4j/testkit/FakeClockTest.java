package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.VmTimer;

class FakeClockTest {

  private final FakeClock clock = new FakeClock();
  private final List<String> ran = new ArrayList<>();

  @Test
  void timers_runInOrderOfDeadlines_withTheClockStandingThere() {
    timer("late").arm(30);
    timer("early").arm(10);

    clock.advance(100);

    assertEquals(List.of("early at 10", "late at 30"), ran);
    assertEquals(100, clock.nanoTime());
  }

  @Test
  void equalDeadlines_runInOrderOfArming() {
    VmTimer first = timer("first");
    timer("second").arm(10);
    first.arm(10);

    clock.advance(10);

    assertEquals(List.of("second at 10", "first at 10"), ran);
  }

  @Test
  void periodicTimer_runsOncePerPeriod() {
    VmTimer[] timer = new VmTimer[1];
    timer[0] =
        clock.timer(
            () -> {
              ran.add("tick at " + clock.nanoTime());
              timer[0].arm(clock.nanoTime() + 10);
            });
    timer[0].arm(10);

    clock.advance(35);

    assertEquals(List.of("tick at 10", "tick at 20", "tick at 30"), ran);
    assertEquals(1, clock.armedTimers());
  }

  @Test
  void armingForThePast_runsInTheNextAdvance_notAtOnce() {
    clock.advance(50);
    timer("past").arm(-1);
    assertEquals(List.of(), ran);

    clock.advance(0);

    assertEquals(List.of("past at 50"), ran);
  }

  @Test
  void armingAgain_replacesTheDeadline() {
    VmTimer timer = timer("once");
    timer.arm(10);
    timer.arm(20);

    clock.advance(100);

    assertEquals(List.of("once at 20"), ran);
  }

  @Test
  void cancelledTimer_doesNotRun() {
    VmTimer timer = timer("never");
    timer.arm(10);
    timer.cancel();

    clock.advance(100);

    assertEquals(List.of(), ran);
    assertEquals(0, clock.armedTimers());
  }

  @Test
  void timerCancelledByAnEarlierOneOfTheSameTime_doesNotRun() {
    VmTimer victim = timer("victim");
    clock.timer(victim::cancel).arm(10);
    victim.arm(10);

    clock.advance(10);

    assertEquals(List.of(), ran);
  }

  @Test
  void timerCancelledWhileItsRunnerWaitsForTheLock_doesNotRun() {
    VmTimer[] timer = new VmTimer[1];
    timer[0] =
        clock.timer(
            () -> ran.add("never"),
            task -> {
              timer[0].cancel(); // by a vCPU that held the device's lock
              task.run();
            });
    timer[0].arm(10);

    clock.advance(10);

    assertEquals(List.of(), ran);
  }

  @Test
  void timerWhoseRunnerDropsTasks_isNoLongerArmed() {
    clock.timer(() -> ran.add("never"), task -> {}).arm(10);

    clock.advance(10);

    assertEquals(0, clock.armedTimers());
    assertEquals(List.of(), ran);
  }

  @Test
  void armingForNowAgainAndAgain_fails_insteadOfHanging() {
    VmTimer[] timer = new VmTimer[1];
    timer[0] = clock.timer(() -> timer[0].arm(clock.nanoTime()));
    timer[0].arm(10);

    assertThrows(IllegalStateException.class, () -> clock.advance(10));
  }

  @Test
  void goingBack_isRefused() {
    clock.advance(10);

    assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
    assertThrows(IllegalArgumentException.class, () -> clock.advanceTo(9));
    assertEquals(10, clock.nanoTime());
  }

  @Test
  void advancingFromATask_isRefused() {
    clock.timer(() -> clock.advance(1)).arm(10);

    assertThrows(IllegalStateException.class, () -> clock.advance(10));
  }

  @Test
  void wallClock_startsAtTheFixedTime_andRunsWithVmTime() {
    clock.advance(1_500_000_000);

    assertEquals(FakeClock.START.plusMillis(1500).toEpochMilli(), clock.epochMillis());
  }

  @Test
  void settingTheWallClock_keepsVmTime() {
    clock.advance(7_000_000);
    clock.setWallClock(Instant.ofEpochMilli(1_000));
    clock.advance(2_000_000);

    assertEquals(1_002, clock.epochMillis());
    assertEquals(9_000_000, clock.nanoTime());
  }

  private VmTimer timer(String name) {
    return clock.timer(() -> ran.add(name + " at " + clock.nanoTime()));
  }
}
