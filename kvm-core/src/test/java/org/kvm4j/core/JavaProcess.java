package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Native;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kvm4j.Hypervisor;

/** A second JVM with the classes of these tests. */
final class JavaProcess {

  /** Far more than it takes: only so that a test that hangs ends. */
  private static final long PATIENCE_SECONDS = 120;

  private JavaProcess() {}

  /**
   * Runs a class to its end, which must be a success.
   *
   * @return what it printed, line by line
   */
  static List<String> run(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath(main),
                main.getName()));
    command.addAll(List.of(arguments));
    // A file, so that a process that hangs cannot keep us reading.
    Path output = Files.createTempFile("kvm4j", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      assertTrue(ended, () -> main.getName() + " does not end: " + printed);
      assertEquals(0, process.exitValue(), printed);
      return printed.lines().toList();
    } finally {
      Files.delete(output);
    }
  }

  /** Where the classes come from, however these tests were started. */
  private static String classPath(Class<?> main) {
    return Stream.of(main, Kvm.class, Hypervisor.class, Native.class)
        .map(JavaProcess::rootOf)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String rootOf(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    URL url = type.getClassLoader().getResource(file);
    String root = url.toString().replaceFirst("!?/?" + file + "$", "").replaceFirst("^jar:", "");
    try {
      return Path.of(new URI(root)).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
