package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.core.stream.Eventually.eventually;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;

/** How a guest's console goes out in few writes, by a clock that stands until it is moved. */
@Timeout(60)
final class PumpPauseTest {

  private static final long PAUSE_NANOS = 5_000_000;

  @TempDir Path directory;

  private final LibcProbe probe = new LibcProbe();
  private final Syscalls libc = probe.libc;
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - PAUSE_NANOS / 2); // it may wrap
  private final List<String> writes = new CopyOnWriteArrayList<>();
  private Fd[] out;
  private Duplex duplex;
  private Thread thread;

  @BeforeEach
  void startPump() throws Exception {
    out = Fd.pipe(directory.resolve("out"));
    doAnswer(
            call -> {
              ByteBuffer source = call.getArgument(1);
              byte[] bytes = new byte[source.remaining()];
              source.duplicate().get(bytes);
              int count = NativeLibc.INSTANCE.write(out[1].number(), source);
              writes.add(new String(bytes, 0, count, StandardCharsets.US_ASCII));
              return count;
            })
        .when(libc)
        .write(eq(out[1].number()), any());
    Wakeup wakeup = new Wakeup(libc);
    duplex = new Duplex(StreamLimits.DEFAULT, Overflow.REFUSE, wakeup::signal);
    HostEnd end =
        new FixedEnd(libc, "out", "a pipe", PollSet.NONE, out[1].number(), new int[] {}, () -> {});
    thread =
        new Thread(
            new Pump(
                libc,
                end,
                duplex,
                wakeup,
                IntUnaryOperator.identity(),
                StreamLimits.DEFAULT,
                now::get));
    thread.start();
  }

  @AfterEach
  void closeAll() throws Exception {
    duplex.startClosing();
    thread.join();
    out[0].close();
    out[1].close();
  }

  @Test
  void whatComesAlone_goesOutAtOnce() {
    write("a");
    assertEquals("a", out[0].readText(1));
    eventually("pausing", probe::waitsForAWhile);
    now.addAndGet(PAUSE_NANOS);
    write("b");
    assertEquals("b", out[0].readText(1));
  }

  @Test
  void whatFollowsAtOnce_goesOutTogether() {
    write("a");
    eventually("pausing", probe::waitsForAWhile);
    write("bcd");
    now.addAndGet(PAUSE_NANOS - 1);
    write("ef");
    now.addAndGet(1);
    eventually("written", () -> writes.size() == 2);
    assertEquals(List.of("a", "bcdef"), writes);
  }

  @Test
  void aPauseBegins_whenAllIsWritten() {
    write("a");
    eventually("pausing", probe::waitsForAWhile);
    write("x".repeat(1000));
    now.addAndGet(PAUSE_NANOS);
    eventually("all written", () -> String.join("", writes).length() == 1001);
  }

  @Test
  void theEnd_doesNotWaitForAPause() throws Exception {
    write("a");
    eventually("pausing", probe::waitsForAWhile);
    write("bc");
    duplex.startClosing();
    thread.join();
    assertEquals(List.of("a", "bc"), writes);
  }

  private void write(String text) {
    text.chars().forEach(duplex::write);
  }
}
