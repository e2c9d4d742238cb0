package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** Checks that two devices, at the same VM time, cannot be told apart. */
final class Likeness {

  private static final int ACTIONS = 400;

  // Before the guest sets timers anew, those that should or should not be armed must show.
  private static final List<Action> TIME_PASSES =
      List.of(
          new Action.TimeStep(1_000),
          new Action.TimeStep(100_000),
          new Action.TimeStep(10_000_000));

  private final HostileRun run;
  private final String difference;

  /** With the start of the message if they differ. */
  Likeness(HostileRun run, String difference) {
    this.run = run;
    this.difference = difference;
  }

  /** Looks at state, lines and timers, and at behaviour if that is {@code deterministic}. */
  void check(MockMachine expected, MockMachine actual, boolean deterministic) {
    checkStanding(expected, actual, "");
    if (deterministic) {
      TIME_PASSES.forEach(step -> run.actOnBoth(expected, actual, step, difference));
      checkStanding(expected, actual, "after some time, ");
      run.onBoth(expected, actual, ACTIONS, difference);
      checkStanding(expected, actual, "after the same accesses, ");
    }
  }

  void checkStates(MapState expected, MapState actual) {
    checkStates(expected, actual, "");
  }

  void checkTraces(List<String> expected, List<String> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), actual.get(i), () -> difference + run.again());
    }
  }

  /** Gives a machine the other's RAM, for devices that look there. */
  static void copyRam(MockMachine from, MockMachine to) {
    to.memory().write(0, from.memory().read(0, MockMachine.MEMORY_BYTES));
  }

  private void checkStanding(MockMachine expected, MockMachine actual, String when) {
    checkStates(MapState.of(expected.device()), MapState.of(actual.device()), when);
    assertEquals(
        HostileRun.highLines(expected),
        HostileRun.highLines(actual),
        () -> difference + when + "lines that are high." + run.again());
    assertEquals(
        expected.clock().armedTimers(),
        actual.clock().armedTimers(),
        () -> difference + when + "timers armed." + run.again());
  }

  private void checkStates(MapState expected, MapState actual, String when) {
    assertEquals(
        List.of(),
        expected.differences(actual),
        () -> difference + when + "saved states." + run.again());
  }
}
