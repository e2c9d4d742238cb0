package org.kvm4j.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The project's folder, and the programs in its {@code tools}. */
final class Tool {

  static final Path ROOT = Path.of(System.getProperty("kvm4j.root"));

  private Tool() {}

  /** Where one is. */
  static String path(String name) {
    return ROOT.resolve("tools").resolve(name).toString();
  }

  /**
   * Runs one to its end.
   *
   * @return what it printed, which is a path mostly
   * @throws UncheckedIOException if it fails; it has said why on stderr
   */
  static String outputOf(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(path(name)));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new UncheckedIOException(new IOException("tools/" + name + " failed"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
    return output.strip();
  }
}
