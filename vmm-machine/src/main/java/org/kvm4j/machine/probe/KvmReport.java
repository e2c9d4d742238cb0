package org.kvm4j.machine.probe;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What this machine's KVM can and cannot do.
 *
 * @param apiVersion of KVM
 * @param capabilities what KVM says of itself
 * @param instructions what it does; empty if a capability that every VM needs is missing
 * @param speed how fast; empty if no guest runs well enough to tell
 */
public record KvmReport(
    int apiVersion,
    List<CapabilityResult> capabilities,
    List<InstructionResult> instructions,
    Optional<Speed> speed) {

  /** Copies the lists. */
  public KvmReport {
    capabilities = List.copyOf(capabilities);
    instructions = List.copyOf(instructions);
    Objects.requireNonNull(speed, "speed");
  }

  /** Whether a stock Linux kernel can boot directly on this KVM. */
  public boolean canBootStockKernel() {
    return missingCapabilities().isEmpty() && failingInstructions().isEmpty();
  }

  /** In one sentence: whether a stock Linux kernel can boot, if not, why, and what to do. */
  public String verdict() {
    return Verdict.of(this);
  }

  /** Everything, for a person to read, in several lines without a newline at the end. */
  public String text() {
    return ReportText.of(this);
  }

  /** The capabilities that a machine needs and KVM lacks. */
  List<CapabilityResult> missingCapabilities() {
    return capabilities.stream().filter(CapabilityResult::isMissed).toList();
  }

  /** The instructions that stop a stock kernel. */
  List<InstructionResult> failingInstructions() {
    return instructions.stream().filter(result -> !result.outcome().isGood()).toList();
  }
}
