package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.machine.probe.CapabilityResult.Kind;

final class KvmReportTest {

  private static final InstructionResult NOP = new InstructionResult("nop", Outcome.WORKS, "");
  private static final InstructionResult INT3 =
      new InstructionResult("int3", Outcome.NOT_INTERPRETED, "KVM cannot interpret it");
  private static final InstructionResult CLAC =
      new InstructionResult("clac", Outcome.NOT_OFFERED, "SMAP");

  @Test
  void verdict_isYes_whenAllThatIsOfferedWorks() {
    KvmReport report = report(NOP, CLAC);

    assertTrue(report.canBootStockKernel());
    assertEquals("A stock Linux kernel can boot directly on this KVM.", report.verdict());
  }

  @Test
  void verdict_namesWhatFailsAndTheWayOut() {
    KvmReport report = report(NOP, INT3, failing("cmpxchg16b"), failing("xsaves"));

    assertFalse(report.canBootStockKernel());
    assertTrue(
        report
            .verdict()
            .startsWith(
                "A stock Linux kernel cannot boot directly on this KVM, which fails at int3,"
                    + " cmpxchg16b and xsaves: run it inside the emulated machine, as ./kvm4j demo"
                    + " does by itself"),
        report::verdict);
  }

  @Test
  void verdict_countsWhatItDoesNotName() {
    InstructionResult[] many =
        IntStream.range(0, 10)
            .mapToObj(i -> i == 0 ? NOP : failing("i" + i))
            .toArray(InstructionResult[]::new);

    assertTrue(
        report(many).verdict().contains("fails at i1, i2, i3, i4, i5, i6 and 3 more: "),
        () -> report(many).verdict());
  }

  @Test
  void verdict_namesAMissingCapability() {
    KvmReport report =
        new KvmReport(12, List.of(capability(Kind.NEEDED, 0)), List.of(), Optional.empty());

    assertFalse(report.canBootStockKernel());
    assertTrue(report.verdict().contains("which lacks KVM_CAP_IRQCHIP: "), report::verdict);
    assertTrue(report.text().contains("(KVM_CAP_IRQCHIP), which every machine needs"));
    assertTrue(report.text().contains("not tried"), report::text);
  }

  @Test
  void verdict_saysThatNothingRuns_whenTheSimplestGuestFails() {
    KvmReport report =
        report(
            new InstructionResult("nop", Outcome.FAULTS, "ends in a triple fault"),
            new InstructionResult("int3", Outcome.NOT_TRIED, "not tried"));

    assertTrue(
        report.verdict().contains("not run even a guest of one instruction (ends in a triple"),
        report::verdict);
  }

  @Test
  void missingUsefulCapability_doesNotStopAKernel() {
    KvmReport report =
        new KvmReport(12, List.of(capability(Kind.USEFUL, 0)), List.of(NOP), Optional.empty());

    assertTrue(report.canBootStockKernel());
    assertTrue(report.text().contains("(KVM_CAP_IRQCHIP), which is not needed"), report::text);
  }

  @Test
  void text_groupsWhatWorksAndListsWhatFails() {
    KvmReport report =
        new KvmReport(
            12,
            List.of(
                capability(Kind.NEEDED, 1),
                new CapabilityResult(KvmCapability.MAX_VCPUS, Kind.COUNT, "vCPUs at most", 1024)),
            List.of(NOP, new InstructionResult("in/out", Outcome.WORKS, ""), INT3, CLAC),
            Optional.of(new Speed(2_100_000, 8_700)));

    String expected =
        """
        KVM API version 12

        Capabilities
          has: an irqchip, 1024 vCPUs at most

        What a stock kernel executes at CPL 0, each tried in a VM of its own
          work: nop, in/out
          not offered as CPU feature: clac
          fails: int3 (KVM cannot interpret it)

        Speed
          2.1 million instructions a second at CPL 0, 8.7 us for a port access

        Verdict: A stock""";
    String text = String.join("\n", report.text().lines().toList());
    assertEquals(expected, text.substring(0, Math.min(expected.length(), text.length())));
  }

  @Test
  void text_fitsATerminal() {
    InstructionResult[] many =
        IntStream.range(0, 200)
            .mapToObj(i -> new InstructionResult("instruction " + i, Outcome.WORKS, ""))
            .toArray(InstructionResult[]::new);

    report(many).text().lines().forEach(line -> assertTrue(line.length() <= 80, line));
    assertTrue(report(many).text().contains("instruction 199"));
  }

  private static KvmReport report(InstructionResult... instructions) {
    return new KvmReport(12, List.of(), List.of(instructions), Optional.empty());
  }

  private static InstructionResult failing(String name) {
    return new InstructionResult(name, Outcome.FAULTS, "raises #UD");
  }

  private static CapabilityResult capability(Kind kind, int value) {
    return new CapabilityResult(KvmCapability.IRQCHIP, kind, "an irqchip", value);
  }
}
