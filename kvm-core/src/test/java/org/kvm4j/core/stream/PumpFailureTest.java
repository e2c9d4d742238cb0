package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.stream.Eventually.eventually;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;

/** What a kernel may answer, and a device may do. */
@Timeout(60)
final class PumpFailureTest {

  @TempDir Path directory;

  private final LibcProbe probe = new LibcProbe();
  private final Syscalls libc = probe.libc;
  private Fd[] in;
  private Fd[] out;

  @BeforeEach
  void makePipes() throws Exception {
    in = Fd.pipe(directory.resolve("in"));
    out = Fd.pipe(directory.resolve("out"));
  }

  @AfterEach
  void closeAll() {
    for (Fd fd : new Fd[] {in[0], in[1], out[0], out[1]}) {
      fd.close();
    }
  }

  @Test
  void interruptedAndRefusedCalls_areRepeated() throws Exception {
    doReturn(-Errno.EINTR)
        .doReturn(-Errno.EAGAIN)
        .doAnswer(call -> NativeLibc.INSTANCE.write(call.getArgument(0), call.getArgument(1)))
        .when(libc)
        .write(eq(out[1].number()), any());
    doReturn(-Errno.EINTR)
        .doReturn(-Errno.EAGAIN)
        .doAnswer(call -> NativeLibc.INSTANCE.read(call.getArgument(0), call.getArgument(1)))
        .when(libc)
        .read(eq(in[0].number()), any());
    doReturn(-Errno.EINTR)
        .doAnswer(
            call ->
                NativeLibc.INSTANCE.poll(
                    call.getArgument(0), call.getArgument(1), call.getArgument(2)))
        .when(libc)
        .poll(any(), anyInt(), anyInt());
    try (PumpedStream stream = open()) {
      DeviceSide device = new DeviceSide(stream);
      in[1].write("in");
      assertEquals("in", device.read(2));
      device.write("out");
      assertEquals("out", out[0].readText(3));
    }
  }

  @Test
  void aPartialWrite_isContinued() throws Exception {
    doAnswer(
            call -> {
              ByteBuffer source = call.getArgument(1);
              int limit = source.limit();
              source.limit(source.position() + 1);
              int count = NativeLibc.INSTANCE.write(call.getArgument(0), source);
              source.limit(limit);
              return count;
            })
        .when(libc)
        .write(eq(out[1].number()), any());
    try (PumpedStream stream = open()) {
      new DeviceSide(stream).write("byte by byte");
      assertEquals("byte by byte", out[0].readText(12));
    }
  }

  @Test
  void anInputError_endsTheInput_notTheOutput() throws Exception {
    doReturn(-Errno.EIO).when(libc).read(eq(in[0].number()), any());
    try (PumpedStream stream = open()) {
      in[1].write("x");
      eventually("input is not polled any more", probe::ignoresInput);
      new DeviceSide(stream).write("out");
      assertEquals("out", out[0].readText(3));
    }
  }

  @Test
  void anOutputError_discardsWhatIsPending_andReleasesTheDevice() throws Exception {
    doReturn(-Errno.EIO).when(libc).write(eq(out[1].number()), any());
    try (PumpedStream stream = open()) {
      new DeviceSide(stream).write("x".repeat(1 << 20));
      eventually("all counted", () -> stream.discardedBytes() == 1 << 20);
    }
  }

  @Test
  void whenPollFails_theStreamEnds_andTheDeviceIsReleased() throws Exception {
    doReturn(-Errno.EINVAL).when(libc).poll(any(), anyInt(), anyInt());
    try (PumpedStream stream = open()) {
      new DeviceSide(stream).write("x".repeat(1 << 20));
      eventually("ended", () -> OpenResources.streamThreads().isEmpty());
      assertEquals(1 << 20, stream.discardedBytes());
    }
  }

  @Test
  void aTaskThatThrows_doesNotEndTheStream() {
    AtomicInteger calls = new AtomicInteger();
    try (PumpedStream stream = open()) {
      stream.onReady(
          () -> {
            calls.incrementAndGet();
            throw new IllegalStateException("a device's bug");
          });
      in[1].write("a");
      eventually("called", () -> calls.get() == 1);
      assertEquals('a', stream.read());
      stream.read();
      in[1].write("b");
      eventually("called again", () -> calls.get() == 2);
      assertTrue(stream.write('x'));
      assertEquals("x", out[0].readText(1));
    }
  }

  private PumpedStream open() {
    return StandardStreams.open(
        libc,
        in[0].number(),
        out[1].number(),
        IntUnaryOperator.identity(),
        StreamLimits.DEFAULT,
        () -> {});
  }
}
