package org.kvm4j.machine.probe;

import java.util.List;

/** Says in one sentence whether a stock kernel can boot, if not, why, and what to do. */
final class Verdict {

  private static final String CANNOT = "A stock Linux kernel cannot boot directly on this KVM, ";
  private static final int MOST_NAMES = 6;

  private Verdict() {}

  static String of(KvmReport report) {
    if (report.canBootStockKernel()) {
      return "A stock Linux kernel can boot directly on this KVM.";
    }
    List<CapabilityResult> missing = report.missingCapabilities();
    if (!missing.isEmpty()) {
      List<String> names = missing.stream().map(c -> "KVM_CAP_" + c.capability().name()).toList();
      return CANNOT
          + "which lacks %s: use an ordinary host kernel with kvm_intel or kvm_amd."
              .formatted(enumerate(names));
    }
    InstructionResult first = report.instructions().get(0);
    if (!first.outcome().isGood()) {
      return CANNOT
          + "which does not run even a guest of one instruction (%s): use another host."
              .formatted(first.detail());
    }
    List<String> names =
        report.failingInstructions().stream().map(InstructionResult::name).toList();
    return CANNOT
        + ("which fails at %s: run it inside the emulated machine, as ./kvm4j demo does by itself,"
                + " or on a host with an ordinary KVM, such as hardware or a VM with nested"
                + " virtualisation enabled.")
            .formatted(enumerate(names));
  }

  /** "a", "a and b", "a, b and c", "a, b, c, d, e, f and 3 more". */
  private static String enumerate(List<String> names) {
    if (names.size() > MOST_NAMES + 1) {
      return "%s and %d more"
          .formatted(String.join(", ", names.subList(0, MOST_NAMES)), names.size() - MOST_NAMES);
    }
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }
}
