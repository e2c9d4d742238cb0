package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The integration tests of all modules, once more, against the stock kvm_amd of the machine. */
final class IntegrationTestsE2E {

  private static final Path ROOT = Tool.ROOT;
  private static final String CLASSES = "target/classes";
  private static final String TEST_CLASSES = "target/test-classes";

  /** What comes after the tests' own output: the list of ioctls. */
  private static final String MARK = "=== ioctls";

  /** Only so that a suite that hangs ends. */
  private static final String LIMIT_SECONDS = "2400";

  /**
   * Runs each module's tests in a JVM and a directory of its own, as Maven does, and with its own
   * test classes alone: their lists of services differ. Says at the end whether one has failed.
   */
  private static final String SCRIPT =
      """
      failed=0
      for module in %s; do
        echo "=== $module"
        cd "/app/$module"
        java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dkvm.required=true "-Dbasedir=$PWD" \\
          -Dkvm.ioctls.report=/tmp/ioctls.txt -cp "$PWD/target/test-classes:%s:/app/lib/*" \\
          org.junit.platform.console.ConsoleLauncher execute --disable-banner \\
          --disable-ansi-colors --details=testfeed --fail-if-no-tests \\
          "--scan-classpath=$PWD/target/test-classes" --include-classname='.*IT' 2>&1 || failed=1
      done
      echo '%s'
      cat /tmp/ioctls.txt
      exit $failed
      """;

  @Test
  void allPass_andTheTableSaysWhatTheMachineRefused() throws Exception {
    List<String> output = runSuites();

    int mark = output.indexOf(MARK);
    assertFalse(mark < 0, () -> String.join("\n", output));
    List<String> ioctls = output.subList(mark + 1, output.size());
    Files.write(ROOT.resolve("e2e-tests/target/ioctls.txt"), ioctls);
    if (System.getenv("KVM4J_KERNEL_PACKAGE") == null) { // the table is of Debian's own kernel
      assertEquals(documented(), ioctls, "docs/ioctls.md, last column: see tools/ioctl-table");
    }
  }

  private static List<String> runSuites() throws IOException, InterruptedException {
    List<String> suites = modulesWithIntegrationTests();
    List<String> added = new ArrayList<>();
    modulesWith(CLASSES).forEach(module -> added.add(module + "/" + CLASSES));
    String classPath = added.stream().map("/app/"::concat).collect(Collectors.joining(":"));
    suites.forEach(module -> added.add(module + "/" + TEST_CLASSES));
    added.add("vmm-launcher/target/kvm4j"); // the packaged launcher, which its own tests start

    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(Tool.path("emulated-machine"), "--cpus", "1", "--timeout", LIMIT_SECONDS));
    added.forEach(path -> command.addAll(List.of("--add", ROOT.resolve(path) + ":" + path)));
    command.addAll(List.of("--add", ROOT.resolve("e2e-tests/target/suite-lib") + ":lib", "--"));
    command.addAll(
        List.of("sh", "-c", SCRIPT.formatted(String.join(" ", suites), classPath, MARK)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Files.writeString(ROOT.resolve("e2e-tests/target/suite.log"), output);
    assertEquals(0, process.waitFor(), output);
    return output.lines().toList();
  }

  private static List<String> modulesWithIntegrationTests() throws IOException {
    List<String> modules = new ArrayList<>();
    for (String module : modulesWith(TEST_CLASSES)) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(TEST_CLASSES))) {
        if (files.anyMatch(file -> file.toString().endsWith("IT.class"))) {
          modules.add(module);
        }
      }
    }
    return modules;
  }

  /** The modules of the build that have such a directory, as paths from the root. */
  private static List<String> modulesWith(String directory) throws IOException {
    return Pattern.compile("<module>(.+)</module>")
        .matcher(Files.readString(ROOT.resolve("pom.xml")))
        .results()
        .map(match -> match.group(1))
        .filter(module -> Files.isDirectory(ROOT.resolve(module).resolve(directory)))
        .toList();
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
