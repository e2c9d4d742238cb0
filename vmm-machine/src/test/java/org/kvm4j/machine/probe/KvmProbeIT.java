package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.kvm4j.Hypervisor;
import org.kvm4j.core.Kvm;
import org.kvm4j.testkit.RequiresKvm;

/** What holds on every KVM, one in software included; what fails differs from host to host. */
@RequiresKvm
final class KvmProbeIT {

  private static KvmReport report;

  @BeforeAll
  static void probe() {
    try (Hypervisor hypervisor = Kvm.open()) {
      report = KvmProbe.run(hypervisor);
    }
  }

  @Test
  void basicInstructions_workOnEveryKvm() {
    Map<String, InstructionResult> byName =
        report.instructions().stream()
            .collect(Collectors.toMap(InstructionResult::name, Function.identity()));
    for (String name :
        Set.of(
            "nop", "in/out", "cpuid", "mov from MMIO", "rep movsb", "ud2", "interrupt after hlt")) {
      assertEquals(new InstructionResult(name, Outcome.WORKS, ""), byName.get(name));
    }
  }

  @Test
  void everyProbe_hasItsResult() {
    assertEquals(
        InstructionList.load().stream().map(InstructionProbe::name).toList(),
        report.instructions().stream().map(InstructionResult::name).toList());
    assertFalse(
        report.instructions().stream().anyMatch(r -> r.outcome() == Outcome.NOT_TRIED),
        report::text);
  }

  @Test
  void capabilities_includeWhatEveryMachineNeeds() {
    assertEquals(12, report.apiVersion());
    assertTrue(report.missingCapabilities().isEmpty(), report::text);
  }

  @Test
  void verdict_fitsTheResults() {
    assertEquals(report.failingInstructions().isEmpty(), report.canBootStockKernel());
    for (InstructionResult failing : report.failingInstructions()) {
      assertTrue(
          report.text().contains("fails: " + failing.name() + " (" + failing.detail() + ")"),
          report::text);
    }
  }

  @Test
  void speed_isMeasuredInAPlausibleRange() {
    Speed speed = report.speed().orElseThrow();
    assertTrue(speed.instructionsPerSecond() > 10_000, speed::toString);
    assertTrue(speed.instructionsPerSecond() < 100_000_000_000L, speed::toString);
    assertTrue(speed.portAccessNanos() > 100, speed::toString);
    assertTrue(speed.portAccessNanos() < 10_000_000, speed::toString);
  }

  @Test
  void probe_leavesNoThreadBehind() {
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .filter(Thread::isAlive)
            .anyMatch(thread -> thread.getName().startsWith("kvm4j-probe")));
  }
}
