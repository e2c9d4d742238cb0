package org.kvm4j.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.kvm4j.core.ObservedKvm.Use;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;

/**
 * What this host's KVM carried out and what it refused, in a file for the build to show.
 *
 * <p>Written anew with each result, so that a run that dies has left what it knew.
 */
final class IoctlReport {

  static final Path FILE = Path.of(System.getProperty("kvm.ioctls.report", "target/ioctls.txt"));

  private static final Map<String, String> RESULTS = new TreeMap<>();

  private IoctlReport() {}

  /** Says that the host cannot do something that it claims to offer, and ends the test. */
  static void skipRefused(Ioctl ioctl, FdKind kind, String reason) {
    refused(new Use(ioctl, kind), reason);
    Assumptions.abort(ioctl + ": " + reason);
  }

  static void carriedOut(Use use) {
    write(use, "ok");
  }

  static void refused(Use use, String reason) {
    write(use, "refused: " + reason);
  }

  private static synchronized void write(Use use, String result) {
    RESULTS.merge(
        use.ioctl() + " " + use.kind(), result, (old, now) -> old.equals("ok") ? old : now);
    StringBuilder lines = new StringBuilder();
    RESULTS.forEach((key, value) -> lines.append(key).append(' ').append(value).append('\n'));
    try {
      Files.createDirectories(FILE.toAbsolutePath().getParent());
      Files.writeString(FILE, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
