package org.kvm4j.machine;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;

/** The KVM without hardware that some hosts have. */
final class SoftwareKvm {

  private SoftwareKvm() {}

  /** Skips a test there, saying how it differs. */
  static void skip(String difference) {
    assumeFalse(Files.exists(Path.of("/sys/module/kvm_pvm")), "software KVM: " + difference);
  }
}
