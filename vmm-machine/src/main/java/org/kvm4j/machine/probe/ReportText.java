package org.kvm4j.machine.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** A report as a person reads it: what works in few words, each thing that does not on a line. */
final class ReportText {

  private static final int COLUMNS = 80;

  private final List<String> lines = new ArrayList<>();

  private ReportText() {}

  static String of(KvmReport report) {
    ReportText text = new ReportText();
    text.lines.add("KVM API version " + report.apiVersion());
    text.lines.add("");
    text.addCapabilities(report.capabilities());
    text.lines.add("");
    text.addInstructions(report.instructions());
    text.lines.add("");
    text.addSpeed(report);
    text.lines.add("");
    text.addWrapped("Verdict: ", "  ", List.of(report.verdict().split(" ")), " ");
    return String.join(System.lineSeparator(), text.lines);
  }

  private void addCapabilities(List<CapabilityResult> all) {
    lines.add("Capabilities");
    addWrapped(
        "  has: ",
        all.stream().filter(CapabilityResult::isThere).map(ReportText::present).toList());
    for (CapabilityResult missing : all.stream().filter(c -> !c.isThere()).toList()) {
      lines.add(
          "  lacks: %s (KVM_CAP_%s), %s"
              .formatted(
                  missing.meaning(),
                  missing.capability().name(),
                  missing.isMissed() ? "which every machine needs" : "which is not needed"));
    }
  }

  private static String present(CapabilityResult result) {
    return result.kind() == CapabilityResult.Kind.COUNT
        ? result.value() + " " + result.meaning()
        : result.meaning();
  }

  private void addInstructions(List<InstructionResult> all) {
    lines.add("What a stock kernel executes at CPL 0, each tried in a VM of its own");
    if (all.isEmpty()) {
      lines.add("  not tried: no machine works on this KVM");
    }
    addWrapped("  work: ", names(all, r -> r.outcome() == Outcome.WORKS));
    addWrapped(
        "  not offered as CPU feature: ", names(all, r -> r.outcome() == Outcome.NOT_OFFERED));
    for (InstructionResult result : all) {
      switch (result.outcome()) {
        case NOT_INTERPRETED, FAULTS, HANGS, REFUSED ->
            lines.add("  fails: %s (%s)".formatted(result.name(), result.detail()));
        case WORKS, NOT_OFFERED, NOT_TRIED -> {} // many of them on one line
      }
    }
    addWrapped("  not tried: ", names(all, r -> r.outcome() == Outcome.NOT_TRIED));
  }

  private static List<String> names(
      List<InstructionResult> all, Predicate<InstructionResult> wanted) {
    return all.stream().filter(wanted).map(InstructionResult::name).toList();
  }

  private void addSpeed(KvmReport report) {
    lines.add("Speed");
    lines.add(
        report
            .speed()
            .map(
                speed ->
                    String.format(
                        Locale.ROOT,
                        "  %.1f million instructions a second at CPL 0, %.1f us for a port access",
                        speed.instructionsPerSecond() / 1e6,
                        speed.portAccessNanos() / 1e3))
            .orElse("  not measured: no guest runs well enough"));
  }

  private void addWrapped(String title, List<String> names) {
    if (!names.isEmpty()) {
      addWrapped(title, "    ", names, ", ");
    }
  }

  /** Fills lines up to the width of a terminal. */
  private void addWrapped(String title, String indent, List<String> words, String separator) {
    StringBuilder line = new StringBuilder(title);
    String gap = "";
    for (String word : words) {
      if (line.length() + gap.length() + word.length() >= COLUMNS) {
        lines.add((line + gap).stripTrailing());
        line = new StringBuilder(indent);
        gap = "";
      }
      line.append(gap).append(word);
      gap = separator;
    }
    lines.add(line.toString());
  }
}
