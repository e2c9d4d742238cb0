package org.kvm4j.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * The KVM of some hosts, themselves virtual machines, that runs guests without the processor's
 * help. It has {@code /dev/kvm} and most of the API, and differs from a processor here and there.
 *
 * <p>Threading: any thread.
 */
public final class SoftwareKvm {

  private SoftwareKvm() {}

  /** Whether this host has it: the module kvm_pvm. */
  public static boolean isHere() {
    return Files.exists(Path.of("/sys/module/kvm_pvm"));
  }

  /**
   * Skips the test that calls it, where this is the host's KVM.
   *
   * @param difference why, for the report
   */
  public static void skip(String difference) {
    Assumptions.assumeFalse(isHere(), "software KVM: " + difference);
  }
}
