package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.kvm4j.machine.probe.InstructionResult;
import org.kvm4j.machine.probe.KvmReport;
import org.kvm4j.machine.probe.Outcome;
import picocli.CommandLine;

final class DoctorCommandTest {

  @Test
  void exitCode_isZero_whenAStockKernelCanBoot() {
    assertEquals(0, DoctorCommand.exitCode(report(Outcome.WORKS)).number());
  }

  @Test
  void exitCode_isItsOwn_whenAStockKernelCannotBoot() {
    assertEquals(8, DoctorCommand.exitCode(report(Outcome.NOT_INTERPRETED)).number());
  }

  @Test
  void quiet_isAnOption() {
    assertTrue(
        new CommandLine(DoctorCommand.spec()).parseArgs("--quiet").hasMatchedOption("--quiet"));
  }

  private static KvmReport report(Outcome outcome) {
    return new KvmReport(
        12, List.of(), List.of(new InstructionResult("nop", outcome, "")), Optional.empty());
  }
}
