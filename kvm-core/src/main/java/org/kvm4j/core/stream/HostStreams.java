package org.kvm4j.core.stream;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntUnaryOperator;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.NearestName;

/**
 * Opens host streams from what a user writes.
 *
 * <table>
 * <caption>Kinds of stream</caption>
 * <tr><th>Text</th><th>Input</th><th>Output</th></tr>
 * <tr><td>{@code stdio}</td><td>standard input until its end</td><td>standard output</td></tr>
 * <tr><td>{@code stderr}</td><td>none</td><td>standard error</td></tr>
 * <tr><td>{@code null}</td><td>none</td><td>forgotten</td></tr>
 * <tr><td>{@code memory}</td><td>{@link MemoryEnd#send}</td><td>{@link MemoryEnd#take}</td></tr>
 * <tr><td>{@code file:PATH}</td><td>none</td><td>the file, emptied first</td></tr>
 * <tr><td>{@code pty}</td><td>a new pseudo-terminal</td><td>the same</td></tr>
 * <tr><td>{@code unix:PATH}</td><td>one client after another</td><td>the same</td></tr>
 * </table>
 *
 * <p>Output waits for a slow reader, at most 64 KiB of it; then it is refused. Where readers come
 * and go (pty, unix) and nobody is there, the newest 64 KiB are kept. At most 4 KiB of input wait
 * for the device. The thread of a stream is a daemon.
 *
 * <p>Threading: any thread.
 */
public final class HostStreams {

  private static final List<String> SPECS =
      List.of("stdio", "stderr", "null", "memory", "file:PATH", "pty", "unix:PATH");
  private static final List<String> KINDS =
      SPECS.stream().map(spec -> spec.replace(":PATH", "")).toList();

  private static final int STDIN_FILENO = 0;
  private static final int STDOUT_FILENO = 1;
  private static final int STDERR_FILENO = 2;

  /** The process has one standard input, and two readers would each get a part of it. */
  private static final AtomicBoolean STDIO_IN_USE = new AtomicBoolean();

  private HostStreams() {}

  /**
   * Opens a stream without escape keys.
   *
   * @param spec {@code stdio}, {@code stderr}, {@code null}, {@code memory}, {@code file:PATH},
   *     {@code pty} or {@code unix:PATH}
   * @throws DeviceConfigurationException if the text is none of these, or opening fails
   */
  public static OpenStream open(String spec) {
    return open(spec, NativeLibc.INSTANCE);
  }

  /**
   * Opens a stream; with {@code stdio} on a terminal, the keys go through an {@link EscapeKey}
   * first. Its actions run on the stream's own thread.
   *
   * @throws DeviceConfigurationException as {@link #open(String)}
   */
  public static OpenStream open(String spec, EscapeKey escape) {
    return open(spec, NativeLibc.INSTANCE, escape::filter);
  }

  static OpenStream open(String spec, Syscalls libc) {
    return open(spec, libc, IntUnaryOperator.identity());
  }

  private static OpenStream open(String spec, Syscalls libc, IntUnaryOperator escape) {
    int colon = spec.indexOf(':');
    String kind = colon < 0 ? spec : spec.substring(0, colon);
    String path = colon < 0 ? "" : spec.substring(colon + 1);
    boolean takesPath = SPECS.contains(kind + ":PATH");
    if (!KINDS.contains(kind)) {
      throw new DeviceConfigurationException(
          "There is no stream '%s'. %sUse one of %s."
              .formatted(spec, NearestName.hint(kind, KINDS), String.join(", ", SPECS)));
    }
    if (takesPath && path.isEmpty()) {
      throw new DeviceConfigurationException(
          "Stream %s needs a path: %s:PATH.".formatted(kind, kind));
    }
    if (!takesPath && colon >= 0) {
      throw new DeviceConfigurationException(
          "Stream %s has no argument: remove '%s'.".formatted(kind, spec.substring(colon)));
    }
    return switch (kind) {
      case "stdio" -> openStdio(libc, escape);
      case "stderr" -> StandardStreams.openOutput(libc, STDERR_FILENO, StreamLimits.DEFAULT);
      case "null" -> new NullStream();
      case "memory" -> new InMemoryStream(StreamLimits.DEFAULT);
      case "pty" -> openPty(libc);
      case "file" -> serve(spec, libc, FileSink.open(existingParent(spec, path), libc));
      case "unix" -> serve(spec, libc, UnixSocketEnd.open(existingParent(spec, path), libc));
      default -> throw new IllegalStateException("kind " + kind);
    };
  }

  private static OpenStream openStdio(Syscalls libc, IntUnaryOperator escape) {
    if (!STDIO_IN_USE.compareAndSet(false, true)) {
      throw new DeviceConfigurationException(
          "Stream stdio cannot be opened: another device uses it. Use pty, unix:PATH or file:PATH"
              + " for one of them.");
    }
    return StandardStreams.open(
        libc,
        STDIN_FILENO,
        STDOUT_FILENO,
        escape,
        StreamLimits.DEFAULT,
        () -> STDIO_IN_USE.set(false));
  }

  private static OpenStream openPty(Syscalls libc) {
    PtyEnd end = PtyEnd.open(libc);
    return serve("pty " + end.path(), libc, end);
  }

  private static OpenStream serve(String name, Syscalls libc, HostEnd end) {
    return PumpedStream.start(name, libc, end, IntUnaryOperator.identity(), StreamLimits.DEFAULT);
  }

  private static Path existingParent(String spec, String text) {
    Path path;
    try {
      path = Path.of(text).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new DeviceConfigurationException(
          "Stream %s cannot be opened: %s.".formatted(spec, e.getMessage()), e);
    }
    Path parent = path.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new DeviceConfigurationException(
          "Stream %s cannot be opened: there is no directory %s. Create it first."
              .formatted(spec, parent));
    }
    return path;
  }
}
