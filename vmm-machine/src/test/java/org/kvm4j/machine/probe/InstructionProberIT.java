package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Hypervisor;
import org.kvm4j.core.Kvm;
import org.kvm4j.machine.probe.InstructionProbe.Line;
import org.kvm4j.testkit.RequiresKvm;

/** Guests that do not come to their end: each must be told apart, and none may hold us up. */
@RequiresKvm
@Timeout(60)
final class InstructionProberIT {

  private Hypervisor hypervisor;

  @BeforeEach
  void open() {
    hypervisor = Kvm.open();
  }

  @AfterEach
  void close() {
    hypervisor.close();
  }

  @Test
  void endlessLoop_hangs() {
    InstructionResult result = probe(Duration.ofMillis(100), new Line("eb fe", "jmp ."));

    assertEquals(Outcome.HANGS, result.outcome(), result::toString);
  }

  @Test
  void hltWithoutInterrupts_hangs() {
    InstructionResult result = probe(Duration.ofMillis(100), new Line("f4", "hlt"));

    assertEquals(Outcome.HANGS, result.outcome(), result::toString);
  }

  @Test
  void unexpectedException_isNamed() {
    InstructionResult result = probe(Duration.ofSeconds(20), new Line("0f 0b", "ud2"));

    assertEquals(new InstructionResult("guest", Outcome.FAULTS, "raises #UD"), result);
  }

  @Test
  void exceptionWithoutTable_isATripleFault() {
    InstructionResult result =
        probe(
            Duration.ofSeconds(20),
            new Line("0f 01 1f", "lidt [rdi]"), // ten zeros: no table
            new Line("0f 0b", "ud2"));

    assertEquals(new InstructionResult("guest", Outcome.FAULTS, "ends in a triple fault"), result);
  }

  private InstructionResult probe(Duration limit, Line... code) {
    try (Watchdog watchdog = new Watchdog(limit)) {
      return new InstructionProber(
              hypervisor, hypervisor.supportedCpuid().forVcpu(0, 1), limit, watchdog)
          .probe(new InstructionProbe("guest", Optional.empty(), Optional.empty(), List.of(code)));
    }
  }
}
