package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.core.sys.NativeLibc;

/** Whatever is opened is closed: after many streams there is neither thread nor descriptor more. */
@Timeout(60)
final class StreamLeakTest {

  private static final int CYCLES = 200;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"null", "memory", "pty", "file:log", "unix:sock"})
  void manyStreams_leaveNothingBehind(String spec) throws IOException {
    String where = spec.replaceFirst(":", ":" + directory + "/");
    checkCycles(() -> HostStreams.open(where));
    try (Stream<Path> files = Files.list(directory)) {
      assertTrue(files.allMatch(file -> file.endsWith("log")));
    }
  }

  @Test
  void manyStreamsOnPipes_leaveNothingBehind() throws Exception {
    Fd[] in = Fd.pipe(directory.resolve("in"));
    Fd[] out = Fd.pipe(directory.resolve("out"));
    try (Fd stdin = in[0];
        Fd keyboard = in[1];
        Fd screen = out[0];
        Fd stdout = out[1]) {
      checkCycles(() -> standard(stdin, stdout));
      assertEquals("x".repeat(CYCLES + 1), screen.readText(CYCLES + 1));
      assertEquals(0, keyboard.pollNow(0));
    }
  }

  @Test
  void manyStreamsOnATerminal_leaveNothingBehind() {
    try (Fd master = Fd.newPty();
        Fd terminal = master.slave()) {
      checkCycles(() -> standard(terminal, terminal));
      assertEquals("x".repeat(CYCLES + 1), master.readText(CYCLES + 1));
    }
  }

  private interface Opening {
    OpenStream open();
  }

  private static OpenStream standard(Fd stdin, Fd stdout) {
    return StandardStreams.open(
        NativeLibc.INSTANCE,
        stdin.number(),
        stdout.number(),
        IntUnaryOperator.identity(),
        StreamLimits.DEFAULT,
        () -> {});
  }

  private static void checkCycles(Opening opening) {
    cycle(opening); // loads what is loaded once
    List<String> before = OpenResources.descriptors();
    for (int i = 0; i < CYCLES; i++) {
      cycle(opening);
    }
    // Not equal to those before: the collector may close what an earlier test's process left.
    List<String> more = new ArrayList<>(OpenResources.descriptors());
    before.forEach(more::remove);
    assertEquals(List.of(), more);
    assertEquals(List.of(), OpenResources.streamThreads());
  }

  private static void cycle(Opening opening) {
    try (OpenStream stream = opening.open()) {
      stream.onReady(() -> {});
      stream.read();
      assertTrue(stream.write('x'));
    }
  }
}
