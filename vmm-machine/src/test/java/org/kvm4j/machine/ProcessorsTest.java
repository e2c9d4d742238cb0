package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuTopology;

final class ProcessorsTest {

  @Test
  void count_isThatOfTheTopology() {
    assertEquals(12, Processors.of(new CpuTopology(2, 3, 2)).count());
  }

  @Test
  void pinOfAVcpuThatIsNotThere_isRefused() {
    Processors two = Processors.of(2);

    assertEquals(
        "vCPU 2 cannot be pinned: the machine has 0 to 1. Choose one of those.",
        assertThrows(BootException.class, () -> two.withPins(Map.of(2, Set.of(0)))).getMessage());
    assertThrows(BootException.class, () -> two.withPins(Map.of(0, Set.of())));
  }

  @Test
  void pinToAnotherCpuThanThoseAllowed_isRefusedWithThese() {
    Processors pinned = Processors.of(2).withPins(Map.of(0, Set.of(1), 1, Set.of(1, 2, 5)));

    assertEquals(
        "vCPU 1 is pinned to host CPU 2, 5, and this process may run on 0, 1 alone. Choose among"
            + " those.",
        assertThrows(BootException.class, () -> pinned.requireAllowed(Set.of(1, 0))).getMessage());
    assertDoesNotThrow(() -> pinned.requireAllowed(Set.of(1, 2, 5)));
  }
}
