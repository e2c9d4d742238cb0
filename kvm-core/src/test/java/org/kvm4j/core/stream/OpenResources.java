package org.kvm4j.core.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What this process has open. */
final class OpenResources {

  private OpenResources() {}

  /** Where every descriptor leads, but for the files that the JVM itself opens at any time. */
  static List<String> descriptors() {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.map(OpenResources::target)
          .filter(target -> !target.matches(".*(\\.jar|\\.class|/modules|/fd|\\(gone\\))"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The names of the streams' threads. */
  static List<String> streamThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("kvm4j-stream"))
        .sorted()
        .toList();
  }

  private static String target(Path fd) {
    try {
      // Without numbers of inodes: a pipe that the JVM replaces counts as the same one.
      return Files.readSymbolicLink(fd).toString().replaceAll("\\[\\d+]", "");
    } catch (IOException e) {
      return "(gone)"; // closed between the listing and here
    }
  }
}
