package org.kvm4j.e2e;

import java.util.List;
import java.util.regex.Pattern;

/** What Linux says about the machine that it runs on. */
final class KernelLog {

  /** What a kernel prints of a machine that it is not at home on. */
  private static final Pattern COMPLAINT =
      Pattern.compile(
          "WARNING|BUG|Fatal|Oops|Call Trace|[Ee]rror|MP-BIOS|not connected|Spurious|nobody cared"
              + "|timed out|failed|Firmware Bug|mismatch");

  private KernelLog() {}

  /** The lines of a guest's kernel log that complain. */
  static List<String> complaints(Guest guest) {
    return guest.kernelLog().stream()
        .filter(line -> COMPLAINT.matcher(line).find())
        .filter(line -> !isExpected(line))
        .toList();
  }

  /** Lines that hold a suspicious word and complain of nothing. */
  private static boolean isExpected(String line) {
    return line.contains("Kernel command line:")
        || line.contains("if necessary, use \"pci=nocrs\"");
  }
}
