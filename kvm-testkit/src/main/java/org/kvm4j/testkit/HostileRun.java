package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Lets a hostile guest loose on a machine, or on two that must behave alike. */
final class HostileRun {

  private static final String SEED_PROPERTY = "kvm4j.testkit.seed";
  private static final long DEFAULT_SEED = 0x6b766d346aL;

  private static final int MOST_SHOWN = 6;

  private final long seed;
  private final HostileGuest guest;
  private final Deque<Action> latest = new ArrayDeque<>();
  private int performed;

  /** With the seed that the user gave, if any, varied by {@code round}. */
  HostileRun(int round, MockMachine machine) {
    seed = Long.getLong(SEED_PROPERTY, DEFAULT_SEED);
    guest = new HostileGuest(seed + round, machine);
  }

  /** Performs {@code count} actions, of which none may throw. */
  void on(MockMachine machine, int count) {
    for (int number = 1; number <= count; number++) {
      perform(take(guest.next()), machine);
    }
  }

  /** Performs {@code count} actions and returns what the guest sees, one line each. */
  List<String> trace(MockMachine machine, int count) {
    List<String> lines = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      Action action = take(guest.next());
      long value = perform(action, machine);
      lines.add("%s: 0x%x, lines high: %s".formatted(action, value, highLines(machine)));
    }
    return lines;
  }

  /** Performs {@code count} actions on both, which must look the same to the guest and the host. */
  void onBoth(MockMachine expected, MockMachine actual, int count, String difference) {
    for (int number = 1; number <= count; number++) {
      actOnBoth(expected, actual, guest.next(), difference);
    }
  }

  /** Performs one action on both. */
  void actOnBoth(MockMachine expected, MockMachine actual, Action action, String difference) {
    take(action);
    long expectedValue = perform(action, expected);
    long actualValue = perform(action, actual);
    assertEquals(
        Long.toHexString(expectedValue),
        Long.toHexString(actualValue),
        () -> difference + where("differs in what it read", action));
    assertEquals(
        highLines(expected),
        highLines(actual),
        () -> difference + where("differs in which lines are high after it", action));
  }

  /** The numbers of the interrupt lines that are high. */
  static List<Integer> highLines(MockMachine machine) {
    return IntStream.range(0, MockMachine.GSI_COUNT)
        .filter(gsi -> machine.line(gsi).isHigh())
        .boxed()
        .toList();
  }

  /** The host takes all output, grants room for more, and takes back what was not read. */
  static void settle(MockMachine machine) {
    machine.processors().clearMessages();
    for (MemoryStream stream : machine.allStreams()) {
      stream.setRoom(MemoryStream.DEFAULT_ROOM_BYTES);
      stream.drain();
      stream.recall();
      stream.drain();
    }
  }

  /** How to see the same again. */
  String again() {
    return " To see it again, run with -D%s=0x%x.".formatted(SEED_PROPERTY, seed);
  }

  private Action take(Action action) {
    performed++;
    latest.addLast(action);
    if (latest.size() > MOST_SHOWN) {
      latest.removeFirst();
    }
    return action;
  }

  /** The actions that led there; the last of them is the one spoken of. */
  private String before() {
    return latest.size() < 2
        ? ""
        : latest.stream()
            .limit(latest.size() - 1L)
            .map(Action::toString)
            .collect(Collectors.joining("; ", " Before it: ", "."));
  }

  private long perform(Action action, MockMachine machine) {
    try {
      return action.applyTo(machine);
    } catch (RuntimeException | StackOverflowError e) {
      String what = "Nothing that a guest or host does may throw, but action %d (%s) threw %s";
      return fail(what.formatted(performed, action, e) + again() + before(), e);
    }
  }

  private String where(String what, Action action) {
    return "Action %d (%s) %s.".formatted(performed, action, what) + again() + before();
  }
}
