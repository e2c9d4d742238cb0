package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The integration tests of the KVM API, once more, against the stock kvm_amd of the machine. */
final class KvmApiE2E {

  private static final Path ROOT = Path.of(System.getProperty("kvm4j.root"));

  /** What comes after the tests' own output: the list of ioctls. */
  private static final String MARK = "=== ioctls";

  /** Only so that a suite that hangs ends. */
  private static final String LIMIT_SECONDS = "1200";

  @Test
  void theSuitePasses_andTheTableSaysWhatTheMachineRefused() throws Exception {
    List<String> output = runSuite();

    int mark = output.indexOf(MARK);
    assertFalse(mark < 0, () -> String.join("\n", output));
    List<String> ioctls = output.subList(mark + 1, output.size());
    Files.write(ROOT.resolve("e2e-tests/target/ioctls.txt"), ioctls);
    if (System.getenv("KVM4J_KERNEL_PACKAGE") == null) { // the table is of Debian's own kernel
      assertEquals(documented(), ioctls, "docs/ioctls.md, last column: see tools/ioctl-table");
    }
  }

  private static List<String> runSuite() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(ROOT.resolve("tools/emulated-machine").toString()));
    command.addAll(List.of("--cpus", "1", "--timeout", LIMIT_SECONDS));
    StringBuilder classPath = new StringBuilder("lib/*");
    for (String part :
        List.of(
            "kvm-api/target/classes",
            "kvm-testkit/target/classes",
            "kvm-core/target/classes",
            "kvm-core/target/test-classes",
            "examples/api/target/classes",
            "examples/api/target/test-classes")) {
      String name = part.replace("/target", "").replace('/', '-');
      command.addAll(List.of("--add", ROOT.resolve(part) + ":" + name));
      classPath.append(':').append(name);
    }
    command.addAll(List.of("--add", ROOT.resolve("e2e-tests/target/suite-lib") + ":lib", "--"));
    String suite =
        "java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dkvm.required=true"
            + " -Dkvm.ioctls.report=/tmp/ioctls.txt -cp '%s'"
            + " org.junit.platform.console.ConsoleLauncher execute --disable-banner"
            + " --disable-ansi-colors --details=tree"
            + " --scan-classpath=kvm-core-test-classes:examples-api-test-classes"
            + " --include-classname='.*IT' 2>&1 && echo '%s' && cat /tmp/ioctls.txt";
    command.addAll(List.of("sh", "-c", suite.formatted(classPath, MARK)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Files.writeString(ROOT.resolve("e2e-tests/target/suite.log"), output);
    assertEquals(0, process.waitFor(), output);
    return output.lines().toList();
  }

  /** The table's rows as the suite reports them: ioctl, descriptor, result in the machine. */
  private static List<String> documented() throws IOException {
    try (Stream<String> lines = Files.lines(ROOT.resolve("docs/ioctls.md"))) {
      return lines
          .filter(line -> line.startsWith("| KVM_"))
          .map(line -> line.split("\\|"))
          .map(cells -> "%s %s %s".formatted(cells[1].strip(), cells[2].strip(), cells[5].strip()))
          .sorted()
          .toList();
    }
  }
}
