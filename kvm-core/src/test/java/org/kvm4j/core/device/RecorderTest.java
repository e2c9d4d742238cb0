package org.kvm4j.core.device;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Strings;
import com.google.common.util.concurrent.Uninterruptibles;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.KvmException;
import org.kvm4j.testkit.FakeClock;

class RecorderTest {

  private static final String HEADER = "kvm4j-recording 1\nwall-clock 1700000000000\n";
  private static final String UART = "uart";

  private final FakeClock clock = new FakeClock();
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final List<String> messages = new CopyOnWriteArrayList<>();

  RecorderTest() {
    clock.setWallClock(Instant.ofEpochMilli(1_700_000_000_000L));
  }

  @Test
  void events_areLinesOfText() {
    try (Recorder recorder = recorder(file, 1 << 20)) {
      recorder.event(0, UART, RecordedEvent.CREATE, 0, 0, 0, "");
      recorder.event(7, UART, RecordedEvent.IN, 0x3f8, 1, 0x60, "");
      recorder.event(Long.MAX_VALUE, UART, RecordedEvent.STORE, -8L, 8, -1L, "");
      recorder.event(9, UART, RecordedEvent.READ, 0, -1, 0, "");
      recorder.event(9, UART, RecordedEvent.WRITE, 1, 0, 1, "");
      recorder.event(10, UART, RecordedEvent.LINE, 4, 1, 0, "");
      recorder.event(10, UART, RecordedEvent.TIMER, 12, 1, 0, "");
      recorder.event(10, UART, RecordedEvent.FAULT, 0, 0, 0, Strings.repeat("x", 300));
    }
    assertEquals(
        HEADER
            + """
            0 - uart create
            7 - uart in 0x3f8 1 0x60
            9223372036854775807 - uart store 0xfffffffffffffff8 8 0xffffffffffffffff
            9 . uart read 0 -
            9 . uart write 1 0x0 1
            10 . uart line 4 1
            10 - uart timer 12
            10 . uart fault %s
            """
                .formatted(Strings.repeat("x", 200)),
        file.toString(US_ASCII));
    assertEquals(List.of(), messages);
  }

  @Test
  void options_areEscaped_soThatEachIsOneWord() {
    try (Recorder recorder = recorder(file, 1 << 20)) {
      recorder.tape("serial-2", "serial", Map.of("backend", "file:/a b%\n\u00e4"));
    }
    assertEquals(
        HEADER + "device serial-2 serial backend=file:/a%20b%25%0A%C3%A4\n",
        file.toString(US_ASCII));
  }

  @Test
  void threadsOfVcpus_areKnownByNumber_andOthersAreNone() throws InterruptedException {
    try (Recorder recorder = recorder(file, 1 << 20)) {
      Thread vcpu =
          new Thread(
              () -> {
                recorder.event(1, UART, RecordedEvent.RESET, 0, 0, 0, "");
              });
      recorder.vcpu(2, vcpu);
      vcpu.start();
      vcpu.join();
      recorder.event(2, UART, RecordedEvent.RESET, 0, 0, 0, "");
      recorder.vcpu(0, Thread.currentThread());
      recorder.event(3, UART, RecordedEvent.RESET, 0, 0, 0, "");
    }
    assertEquals(
        HEADER + "1 2 uart reset\n2 - uart reset\n3 0 uart reset\n", file.toString(US_ASCII));
  }

  @Test
  void fullRecording_endsWithAWholeLineAndOneMessage() {
    int maxBytes = 300_000;
    try (Recorder recorder = recorder(file, maxBytes)) {
      for (int i = 0; i < 100_000; i++) {
        recorder.event(i, UART, RecordedEvent.IN, 0x3f8, 1, 0, "");
      }
    }
    String text = file.toString(US_ASCII);
    assertTrue(text.length() <= maxBytes && text.length() > maxBytes - 2_000, text.length() + "");
    assertTrue(text.endsWith(" - uart in 0x3f8 1 0x0\n"));
    assertEquals(
        List.of(
            "Recording test.rec ends here: it has %d bytes, and may have 300000. The machine goes on without it."
                .formatted(text.length())),
        messages);
  }

  @Test
  void failingFile_endsTheRecordingWithOneMessage() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int next) throws IOException {
            throw new IOException("No space left on device");
          }

          @Override
          public void close() throws IOException {
            throw new IOException("closing fails, too");
          }
        };
    try (Recorder recorder = recorder(full, 1 << 20)) {
      for (int i = 0; i < 50_000; i++) {
        recorder.event(i, UART, RecordedEvent.IN, 0x3f8, 1, 0, "");
      }
    }
    assertEquals(
        List.of(
            "Recording test.rec ends here: No space left on device. The machine goes on without it."),
        messages);
  }

  @Test
  void stallingFile_keepsNobodyWaiting() {
    CountDownLatch goesOn = new CountDownLatch(1);
    OutputStream stalling =
        new OutputStream() {
          @Override
          public void write(int next) {
            Uninterruptibles.awaitUninterruptibly(goesOn);
          }
        };
    Recorder recorder = recorder(stalling, Long.MAX_VALUE);
    for (int i = 0; messages.isEmpty(); i++) {
      recorder.event(i, UART, RecordedEvent.IN, 0x3f8, 1, 0, "");
    }
    goesOn.countDown();
    recorder.close();
    assertEquals(
        List.of(
            "Recording test.rec ends here: the file system does not keep up."
                + " The machine goes on without it."),
        messages);
  }

  @Test
  void closing_isFinal_andIdempotent() {
    Recorder recorder = recorder(file, 1 << 20);
    recorder.close();
    recorder.event(1, UART, RecordedEvent.RESET, 0, 0, 0, "");
    recorder.close();
    assertEquals(HEADER, file.toString(US_ASCII));
  }

  @Test
  void recording_makesNoGarbage() {
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Recorder recorder = recorder(OutputStream.nullOutputStream(), Long.MAX_VALUE)) {
      recordMany(recorder);
      long before = memory.getThreadAllocatedBytes(Thread.currentThread().getId());
      recordMany(recorder);
      long after = memory.getThreadAllocatedBytes(Thread.currentThread().getId());
      assertTrue(after - before < 10_000, after - before + " bytes for 300,000 events");
    }
  }

  private static void recordMany(Recorder recorder) {
    for (int i = 0; i < 100_000; i++) {
      recorder.event(i, UART, RecordedEvent.READ, 0, -1, 0, "");
      recorder.event(i, UART, RecordedEvent.LINE, 4, 1, 0, "");
      recorder.event(i, UART, RecordedEvent.IN, 0x3f8, 1, i, "");
    }
  }

  @Test
  void file_isNew_andItsOwnersAlone(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("boot.rec");
    Recorder.create(path, clock, messages::add).close();
    assertEquals(HEADER, Files.readString(path));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    Recorder.create(directory.resolve("other.rec"), clock, messages::add).discard();
    assertFalse(Files.exists(directory.resolve("other.rec")));
    assertEquals(
        "Recording %s is there already. Name another file, or remove it.".formatted(path),
        refusal(path));
    Path nowhere = directory.resolve("no/boot.rec");
    assertEquals(
        "Recording %s cannot be made: there is no such directory. Create it first."
            .formatted(nowhere),
        refusal(nowhere));
  }

  private String refusal(Path path) {
    return assertThrows(KvmException.class, () -> Recorder.create(path, clock, messages::add))
        .getMessage();
  }

  private Recorder recorder(OutputStream out, long maxBytes) {
    return new Recorder(out, Path.of("test.rec"), maxBytes, clock, messages::add);
  }
}
