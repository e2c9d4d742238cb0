package org.kvm4j.e2e;

import java.util.List;
import java.util.regex.Pattern;

/** What Linux says about the machine that it runs on. */
final class KernelLog {

  /** What a kernel prints of a machine that it is not at home on; {@code grep -E} knows it, too. */
  private static final String COMPLAINT =
      "WARNING|BUG|Fatal|Oops|Call Trace|[Ee]rror|MP-BIOS|not connected|Spurious|nobody cared"
          + "|timed out|failed|Firmware Bug|mismatch"
          + "|unstable|lockup|rcu.*stall|blocked for more than";

  private static final Pattern COMPLAINT_PATTERN = Pattern.compile(COMPLAINT);

  /**
   * Has the guest's shell print the lines for {@link #complaints} alone: all of them take a guest
   * of many vCPUs and one host CPU so long that its RCU takes that for a stall.
   */
  static final String PRINT_COMPLAINTS = "dmesg | grep -E '" + COMPLAINT + "'";

  private KernelLog() {}

  /** The lines of a guest's kernel log that complain. */
  static List<String> complaints(Guest guest) {
    return guest.kernelLog().stream()
        .filter(line -> COMPLAINT_PATTERN.matcher(line).find())
        .filter(line -> !isExpected(line))
        .toList();
  }

  /** Lines that hold a suspicious word and complain of nothing. */
  private static boolean isExpected(String line) {
    return line.contains("Kernel command line:")
        // The emulated processor's TSC is not said to be invariant.
        || line.contains("TSC unstable due to TSCs unsynchronized")
        || line.contains("if necessary, use \"pci=nocrs\"");
  }
}
