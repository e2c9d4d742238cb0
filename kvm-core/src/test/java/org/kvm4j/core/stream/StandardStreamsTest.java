package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.stream.Eventually.eventually;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.HostStream;

/** Standard input and output, with pipes in their place. */
@Timeout(60)
final class StandardStreamsTest {

  private static final StreamLimits IMPATIENT =
      new StreamLimits(64 << 10, 4 << 10, Duration.ofMillis(100), Duration.ofSeconds(5));
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path directory;

  private final List<Fd> open = new ArrayList<>();
  private Fd stdin; // the stream's ends
  private Fd stdout;
  private Fd keyboard; // the test's ends
  private Fd screen;

  @BeforeEach
  void makePipes() throws Exception {
    Fd[] in = Fd.pipe(directory.resolve("in"));
    Fd[] out = Fd.pipe(directory.resolve("out"));
    stdin = keep(in[0]);
    keyboard = keep(in[1]);
    screen = keep(out[0]);
    stdout = keep(out[1]);
  }

  @AfterEach
  void closeAll() {
    open.forEach(Fd::close);
  }

  @Test
  void aMegabyteEachWay_arrivesUnchanged() throws Exception {
    byte[] output = randomBytes(3);
    byte[] input = randomBytes(4);
    try (PumpedStream stream = open(NativeLibc.INSTANCE)) {
      CompletableFuture<byte[]> seen =
          CompletableFuture.supplyAsync(() -> screen.read(output.length));
      CompletableFuture<Void> typed = CompletableFuture.runAsync(() -> keyboard.write(input));
      assertArrayEquals(input, new DeviceSide(stream).exchange(output, input.length));
      assertArrayEquals(output, seen.get(20, TimeUnit.SECONDS));
      typed.get(20, TimeUnit.SECONDS);
      assertEquals(0, stream.discardedBytes());
    }
  }

  @Test
  void outputAlone_arrives_beforeCloseReturns() {
    try (PumpedStream stream =
        StandardStreams.openOutput(NativeLibc.INSTANCE, stdout.number(), IMPATIENT)) {
      for (byte b : "hello".getBytes(StandardCharsets.US_ASCII)) {
        assertTrue(stream.write(b));
      }
    }
    assertEquals("hello", new String(screen.read(5), StandardCharsets.US_ASCII));
  }

  @Test
  void aStalledReader_makesWritesFail_andReadingLetsThemGoOn() throws Exception {
    try (PumpedStream stream = open(NativeLibc.INSTANCE)) {
      Semaphore room = new Semaphore(0);
      stream.onReady(room::release);
      // The ring empties into the pipe until that is full, too.
      eventually("full", () -> !stream.write('#') && stdout.pollNow(PollSet.POLLOUT) == 0);
      room.drainPermits();
      assertFalse(stream.write('#'));
      screen.read(64 << 10);
      assertTrue(room.tryAcquire(20, TimeUnit.SECONDS));
      assertTrue(stream.write('#'));
    }
  }

  @Test
  void close_sendsWhatIsPending() throws Exception {
    PumpedStream stream = open(NativeLibc.INSTANCE);
    new DeviceSide(stream).write("last words");
    stream.close();
    assertEquals("last words", screen.readText(10));
    assertEquals(0, stream.discardedBytes());
  }

  @Test
  void close_waitsForASlowReader() throws Exception {
    PumpedStream stream = open(NativeLibc.INSTANCE);
    new DeviceSide(stream).write("x".repeat(100_000)); // more than a pipe holds
    CompletableFuture<Void> closed = CompletableFuture.runAsync(stream::close);
    assertEquals("x".repeat(100_000), screen.readText(100_000));
    closed.get(20, TimeUnit.SECONDS);
    assertEquals(0, stream.discardedBytes());
  }

  @Test
  void close_givesUp_whenNobodyReads() {
    PumpedStream stream = open(NativeLibc.INSTANCE);
    new DeviceSide(stream).fill();
    stream.close();
    assertTrue(stream.discardedBytes() > 0);
    assertTrue(OpenResources.streamThreads().isEmpty());
  }

  @Test
  void close_endsAThreadThatWaitsForInput() {
    LibcProbe probe = new LibcProbe();
    PumpedStream stream = open(probe.libc);
    eventually("polling", probe::waitsForInput);
    stream.close();
    stream.close();
    assertTrue(OpenResources.streamThreads().isEmpty());
    assertTrue(stream.write('x'), "discarded");
    assertEquals(HostStream.NOTHING, stream.read());
    assertEquals(0, stdin.pollNow(0) & PollSet.POLLNVAL, "not the stream's to close");
  }

  @Test
  void close_worksFromTheStreamsOwnThread() throws Exception {
    PumpedStream stream = open(NativeLibc.INSTANCE);
    CountDownLatch closed = new CountDownLatch(1);
    stream.onReady(
        () -> {
          stream.close();
          closed.countDown();
        });
    keyboard.write("x");
    assertTrue(closed.await(20, TimeUnit.SECONDS));
    stream.close();
    assertTrue(OpenResources.streamThreads().isEmpty());
  }

  @Test
  void atTheEndOfInput_readingStops_withoutSpinning() throws Exception {
    LibcProbe probe = new LibcProbe();
    try (PumpedStream stream = open(probe.libc)) {
      DeviceSide device = new DeviceSide(stream);
      keyboard.write("bye");
      open.remove(keyboard);
      keyboard.close();
      assertEquals("bye", device.read(3));
      eventually("input is not polled any more", probe::ignoresInput);
      assertEquals(HostStream.NOTHING, stream.read());
      device.write("still here");
      assertEquals("still here", screen.readText(10));
    }
  }

  @Test
  void devNull_isAnEmptyInput() {
    LibcProbe probe = new LibcProbe();
    Fd devNull = keep(Fd.open(Path.of("/dev/null"), Fcntl.O_RDONLY));
    IntUnaryOperator noFilter = IntUnaryOperator.identity();
    try (PumpedStream stream =
        StandardStreams.open(
            probe.libc, devNull.number(), stdout.number(), noFilter, IMPATIENT, () -> {})) {
      eventually("input is not polled any more", probe::ignoresInput);
      assertEquals(HostStream.NOTHING, stream.read());
    }
  }

  @Test
  void whenTheReaderIsGone_outputIsDiscarded_andTheDeviceGoesOn() {
    LibcProbe probe = new LibcProbe();
    try (PumpedStream stream = open(probe.libc)) {
      open.remove(screen);
      screen.close();
      eventually("discarded", () -> stream.write('x') && stream.discardedBytes() > 100_000);
      keyboard.write("y");
      eventually("input still works", () -> stream.read() == 'y');
    }
  }

  @Test
  void escapeKeys_workOnATerminalOnly() throws Exception {
    IntUnaryOperator noX = value -> value == 'x' ? Pump.SWALLOWED : value;
    try (PumpedStream stream =
        StandardStreams.open(
            NativeLibc.INSTANCE, stdin.number(), stdout.number(), noX, IMPATIENT, () -> {})) {
      keyboard.write("axb");
      assertEquals("axb", new DeviceSide(stream).read(3));
    }
    Fd master = keep(Fd.newPty());
    Fd terminal = keep(master.slave());
    try (PumpedStream stream = onTerminal(terminal, noX)) {
      master.write("axb\n");
      assertEquals("ab\n", new DeviceSide(stream).read(3));
    }
  }

  @Test
  void close_works_whileTheTerminalIsStopped() {
    Fd master = keep(Fd.newPty());
    Fd terminal = keep(master.slave());
    PumpedStream stream = onTerminal(terminal, IntUnaryOperator.identity());
    master.write("\u0013"); // Ctrl-S
    eventually("stopped", () -> terminal.pollNow(PollSet.POLLOUT) == 0);
    new DeviceSide(stream).fill();
    stream.close();
    assertTrue(stream.discardedBytes() >= 64 << 10, "the whole ring");
    assertTrue(OpenResources.streamThreads().isEmpty());
  }

  @Test
  void close_works_whileATerminalsWindowDoesNotRead() {
    Fd master = keep(Fd.newPty());
    Fd terminal = keep(master.slave());
    PumpedStream stream = onTerminal(terminal, IntUnaryOperator.identity());
    new DeviceSide(stream).fill();
    stream.close();
    assertTrue(stream.discardedBytes() > 0);
    assertTrue(OpenResources.streamThreads().isEmpty());
  }

  @Test
  void theTerminalOfOthers_staysBlocking() {
    Fd terminal = keep(keep(Fd.newPty()).slave());
    try (PumpedStream stream = onTerminal(terminal, IntUnaryOperator.identity())) {
      assertTrue(stream.write('x'));
      assertFalse(isNonBlocking(terminal));
    }
  }

  private static boolean isNonBlocking(Fd fd) {
    try {
      String info = Files.readString(Path.of("/proc/self/fdinfo/" + fd.number()));
      int flags = Integer.parseInt(info.replaceAll("(?s).*flags:\\s*(\\d+).*", "$1"), 8);
      return (flags & Fcntl.O_NONBLOCK) != 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private PumpedStream open(Syscalls libc) {
    return StandardStreams.open(
        libc, stdin.number(), stdout.number(), IntUnaryOperator.identity(), IMPATIENT, () -> {});
  }

  private static PumpedStream onTerminal(Fd terminal, IntUnaryOperator filter) {
    return StandardStreams.open(
        NativeLibc.INSTANCE, terminal.number(), terminal.number(), filter, IMPATIENT, () -> {});
  }

  private Fd keep(Fd fd) {
    open.add(fd);
    return fd;
  }

  private static byte[] randomBytes(int seed) {
    byte[] bytes = new byte[MEGABYTE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
