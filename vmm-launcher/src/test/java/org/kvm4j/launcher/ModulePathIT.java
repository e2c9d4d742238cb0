package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged launcher, started on the module path as users do. */
@Timeout(120)
final class ModulePathIT {

  private static final Path MODULES = Path.of(System.getProperty("basedir"), "target/kvm4j/lib");

  @Test
  void sameDevices_areFoundAsOnTheClassPath() throws Exception {
    assertEquals(types(Terminal.run("devices").out()), types(launch("devices")));
  }

  private static List<String> types(String listed) {
    return listed.lines().map(line -> line.substring(0, line.indexOf(' '))).toList();
  }

  @Test
  void devices_tellTheirVersion() throws Exception {
    String listed = launch("devices");

    assertTrue(
        listed.lines().allMatch(line -> line.matches(".* built in \\d+\\.\\d+\\.\\d+.*")), listed);
  }

  @Test
  void version_isTheProjects() throws Exception {
    String version = launch("--version");

    assertTrue(version.matches("kvm4j \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\n"), version);
  }

  private static String launch(String... args) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command =
        Stream.concat(
                Stream.of(
                    java.toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-p",
                    MODULES.toString(),
                    "-m",
                    "org.kvm4j.launcher/org.kvm4j.launcher.Main"),
                Stream.of(args))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
