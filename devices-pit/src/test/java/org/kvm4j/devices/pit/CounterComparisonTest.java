package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.testkit.MapState;

/** Random guests see the same of the PIT's counter 2 as of one that is stepped pulse by pulse. */
class CounterComparisonTest {

  private static final int STEPS = 3_000;
  private static final int PULSES_OF_A_LONG_JUMP = 140_000;

  private final List<String> actions = new ArrayList<>();

  static IntStream seeds() {
    return IntStream.range(0, 40);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void randomActions_lookTheSame(int seed) {
    Random random = new Random(seed);
    SteppedCounter stepped = new SteppedCounter();
    try (PitGuest guest = new PitGuest()) {
      for (int step = 0; step < STEPS; step++) {
        act(random, guest, stepped);
        compare(guest, stepped);
      }
    }
  }

  private void act(Random random, PitGuest guest, SteppedCounter stepped) {
    switch (random.nextInt(20)) {
      case 0 -> {
        int word = 0x10 * (1 + random.nextInt(3)) | random.nextInt(16);
        note("control " + Integer.toHexString(word));
        guest.out(PitGuest.CONTROL, 0x80 | word);
        stepped.control(word);
      }
      case 1, 2, 3, 4, 5 -> {
        // Mostly short counts, so that much happens; now and then any byte.
        int value = random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(7);
        note("write " + Integer.toHexString(value));
        guest.count(2, value);
        stepped.write(value);
      }
      case 6, 7, 8, 9 -> {
        boolean high = random.nextInt(3) != 0;
        note("gate " + high);
        guest.gate(high);
        stepped.gate(high);
      }
      case 10 -> {
        note("save and restore");
        MapState state = MapState.of(guest.machine().device());
        guest.machine().reset();
        guest.machine().device().restore(state);
      }
      case 11 -> pass(random.nextInt(40) == 0 ? PULSES_OF_A_LONG_JUMP : 300, guest, stepped);
      default -> pass(1 + random.nextInt(3), guest, stepped);
    }
  }

  private void pass(int pulses, PitGuest guest, SteppedCounter stepped) {
    note(pulses + " pulses");
    guest.pulses(pulses);
    for (int i = 0; i < pulses; i++) {
      stepped.pulse();
    }
  }

  private void compare(PitGuest guest, SteppedCounter stepped) {
    assertEquals(stepped.look(), guest.look(2), this::lastActions);
    assertEquals(stepped.status(), guest.status(2), this::lastActions);
  }

  private void note(String action) {
    actions.add(action);
  }

  private String lastActions() {
    return String.join(", ", actions.subList(Math.max(0, actions.size() - 30), actions.size()));
  }
}
