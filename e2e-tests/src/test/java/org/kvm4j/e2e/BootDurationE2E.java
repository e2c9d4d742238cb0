package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BootDurationE2E {

  /** Boots of each in one run; {@code benchmarks/README.md} has figures from more. */
  private static final String TURNS = "4";

  /** The target is 1; the rest is for the noise of a few boots on a shared machine. */
  private static final double MOST = 1.1;

  @Test
  void linuxComesToItsInit_noLaterThanWithMicrovm() throws Exception {
    String table = Tool.outputOf("../benchmarks/linux-boot", "--turns", TURNS);

    Matcher result =
        Pattern.compile("^RESULT .*ratio=([\\d.]+)$", Pattern.MULTILINE).matcher(table);
    assertTrue(result.find(), table);
    assertTrue(Double.parseDouble(result.group(1)) <= MOST, table);
  }
}
