package org.kvm4j.machine.pit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.devices.pit.PitProvider;
import org.kvm4j.machine.pit.PitAccess.Observed;
import org.kvm4j.testkit.MockMachine;

/** The comparison itself, with another of our own PITs in the place of KVM's. */
final class PitComparisonTest {

  private static final int LENGTH = 300;
  private static final int WINDOW_NANOS = 20_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aPitThatIsTheSame_passes(long seed) {
    PitComparison comparison = new PitComparison();

    comparison.compare(observe(seed));

    assertTrue(comparison.compared() > LENGTH / 6, () -> comparison.compared() + " reads");
    assertTrue(comparison.sharp().size() > 8, () -> comparison.sharp().toString());
  }

  @Test
  void aCountThatIsWrong_isFound() {
    assertFound(0x42, 0x40);
  }

  @Test
  void anOutputThatIsWrong_isFound() {
    assertFound(PitAccess.PORT_B, 0x20);
  }

  /** Reads a port after counter 2 has been started in mode 0, and damages the answer. */
  private static void assertFound(int port, int wrongBits) {
    List<PitAccess> accesses =
        List.of(
            PitAccess.out(PitAccess.PORT_B, 1),
            PitAccess.out(PitAccess.CONTROL, 0x90),
            PitAccess.out(0x42, 200),
            PitAccess.in(port));
    List<Observed> sequence = perform(accesses, new Random(0));
    new PitComparison().compare(sequence);
    List<Observed> damaged = new ArrayList<>(sequence);
    Observed last = damaged.remove(sequence.size() - 1);
    damaged.add(
        new Observed(
            last.access(), last.earliestNanos(), last.latestNanos(), last.result() ^ wrongBits));

    AssertionError found =
        assertThrows(AssertionError.class, () -> new PitComparison().compare(damaged));

    assertTrue(found.getMessage().contains(" in KVM, and in ours one of "), found::getMessage);
  }

  private static List<Observed> observe(long seed) {
    return perform(PitSequence.of(seed, LENGTH), new Random(seed));
  }

  private static List<Observed> perform(List<PitAccess> accesses, Random random) {
    List<Observed> observed = new ArrayList<>();
    try (MockMachine machine = MockMachine.with(new PitProvider())) {
      for (PitAccess access : accesses) {
        machine.clock().advance(access.pauseNanos());
        long earliest = machine.clock().nanoTime();
        machine.clock().advance(random.nextInt(WINDOW_NANOS));
        int result = access.value();
        if (access.write()) {
          machine.pio().writeByte(access.port(), result);
        } else {
          result = machine.pio().readByte(access.port());
        }
        machine.clock().advance(random.nextInt(WINDOW_NANOS));
        observed.add(new Observed(access, earliest, machine.clock().nanoTime(), result));
      }
    }
    return observed;
  }
}
