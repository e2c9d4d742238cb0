package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.MachineEnd;
import org.kvm4j.machine.explain.Explanation;
import org.kvm4j.machine.explain.Symbols;

/** What is told of a guest at its end, without a machine. */
final class ExplainerTest {

  private final Machine machine = mock(Machine.class);
  private final Explainer explainer = new Explainer(() -> Symbols.NONE, Optional.empty());

  private static MachineEnd end(MachineEnd.Kind kind) {
    return new MachineEnd(kind, "a test", Optional.empty(), OptionalInt.empty());
  }

  private Optional<String> atEnd(MachineEnd.Kind kind, String output) throws InterruptedException {
    when(machine.explain())
        .thenReturn(
            new Explanation(
                List.of(),
                List.of(0x55),
                Map.of(),
                output.length(),
                output,
                Optional.of("console=ttyS0"),
                List.of("serial")));
    return explainer.atEnd(machine, end(kind));
  }

  @Test
  void tripleFault_isToldWhole() throws InterruptedException {
    String text = atEnd(MachineEnd.Kind.TRIPLE_FAULT, "up").orElseThrow();

    assertEquals("POST codes, the last one last: 55", text);
  }

  /** The registers are in what Linux has printed. */
  @Test
  void panic_isToldByItsCausesAlone() throws InterruptedException {
    String text =
        atEnd(
                MachineEnd.Kind.GUEST_PANIC,
                "Kernel panic - not syncing: VFS: Unable to mount root fs on \"\"")
            .orElseThrow();

    List<String> lines = text.lines().toList();
    assertEquals("What this may mean:", lines.get(0));
    assertTrue(lines.get(1).startsWith("  - The kernel has found no root file system."), text);
  }

  @Test
  void panicWithoutAKnownCause_isNotExplained() throws InterruptedException {
    assertEquals(Optional.empty(), atEnd(MachineEnd.Kind.GUEST_PANIC, "up"));
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OFF", "RESET", "STOPPED", "DEBUG_EXIT"})
  void wantedEnd_isNotExplained(MachineEnd.Kind kind) throws InterruptedException {
    assertEquals(Optional.empty(), explainer.atEnd(machine, end(kind)));
    verify(machine, never()).explain();
  }
}
