package org.kvm4j.machine.pit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.testkit.RequiresKvm;

/**
 * The same random accesses, the same answers: our 8254 against the one in the kernel.
 *
 * <p>{@code -Dkvm4j.pit.seed=N} takes other accesses, and {@code -Dkvm4j.pit.sequences=N} more.
 */
@RequiresKvm
@Timeout(600)
final class KernelPitComparisonIT {

  private static final long SEED = Long.getLong("kvm4j.pit.seed", 8254);
  private static final int SEQUENCES = Integer.getInteger("kvm4j.pit.sequences", 12);
  private static final int LENGTH = 120;

  /** What is to be compared so that chance could hardly have made it right. */
  private static final List<String> EXPECTED =
      List.of(
          "count, mode 0",
          "count, mode 1",
          "count, mode 2",
          "count, mode 3",
          "count, mode 4",
          "count, mode 5",
          "OUT 0, mode 0",
          "OUT 1, mode 0",
          "OUT 0, mode 3",
          "OUT 1, mode 3");

  private static final int LEAST_SHARP = 100;

  @Test
  void randomAccesses_readTheSame() {
    PitComparison comparison = new PitComparison();
    for (long seed = SEED; seed < SEED + SEQUENCES; seed++) {
      try (KernelPitGuest guest = new KernelPitGuest()) {
        comparison.compare(guest.perform(PitSequence.of(seed, LENGTH)));
      } catch (AssertionError e) {
        throw new AssertionError("-Dkvm4j.pit.seed=" + seed + ": " + e.getMessage(), e);
      }
    }

    int sharp = comparison.sharp().values().stream().mapToInt(Integer::intValue).sum();
    String found =
        "%d of %d comparisons were sharp: %s. Excluded: %s"
            .formatted(sharp, comparison.compared(), comparison.sharp(), comparison.excluded());
    assertTrue(sharp >= LEAST_SHARP, found);
    Set<String> missing = new TreeSet<>(EXPECTED);
    missing.removeAll(comparison.sharp().keySet());
    assertTrue(missing.isEmpty(), () -> "never compared: " + missing + "; " + found);
  }
}
