package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.stream.Eventually.eventually;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.core.sys.PollSet;

@Timeout(60)
final class PtyStreamTest {

  private static final int CHECK_MILLIS = 200;

  private final LibcProbe probe = new LibcProbe();
  private final OpenStream stream = HostStreams.open("pty", probe.libc);
  private final DeviceSide device = new DeviceSide(stream);
  private final Path path = Path.of(stream.description().replaceFirst(".* ", ""));

  @AfterEach
  void close() {
    stream.close();
  }

  @Test
  void theUser_isToldWhatToType() {
    assertTrue(stream.description().startsWith("connect with e.g. screen /dev/pts/"));
    assertTrue(Files.exists(path));
  }

  @Test
  void aMegabyteEachWay_arrivesUnchanged() throws Exception {
    byte[] output = randomBytes(6);
    byte[] input = randomBytes(7);
    try (Fd terminal = connect()) {
      eventually("connected", probe::waitsForInput);
      CompletableFuture<byte[]> seen =
          CompletableFuture.supplyAsync(() -> terminal.read(output.length));
      CompletableFuture<Void> typed = CompletableFuture.runAsync(() -> terminal.write(input));
      assertArrayEquals(input, device.exchange(output, input.length));
      assertArrayEquals(output, seen.get(20, TimeUnit.SECONDS));
      typed.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void theGuest_doesNotGetItsOwnOutputBack() throws Exception {
    try (Fd terminal = connect()) {
      device.write("login:\n");
      assertEquals("login:\n", terminal.readText(7));
      terminal.write("root\r");
      assertEquals("root\r", device.read(5));
    }
  }

  @Test
  void outputFromBeforeAnybodyCame_isShownToTheFirst() throws Exception {
    device.write("booting");
    try (Fd terminal = connect()) {
      assertEquals("booting", terminal.readText(7));
    }
  }

  @Test
  void whileNobodyIsThere_theThreadDoesNotSpin_andTheNewestOutputIsKept() throws Exception {
    eventually("rest", () -> probe.waitsForWakeUpAlone(CHECK_MILLIS));
    int kept = StreamLimits.DEFAULT.outputBytes();
    device.write("old" + "n".repeat(kept));
    assertEquals(3, stream.discardedBytes());
    try (Fd terminal = connect()) {
      assertEquals("n".repeat(kept), terminal.readText(kept));
    }
  }

  @Test
  void aHangUp_isSurvived_andTheNextUserServed() throws Exception {
    for (String user : new String[] {"first", "second", "third"}) {
      try (Fd terminal = connect()) {
        terminal.write(user);
        assertEquals(user, device.read(user.length()));
        device.write(user);
        assertEquals(user, terminal.readText(user.length()));
      }
      eventually("rest", () -> probe.waitsForWakeUpAlone(CHECK_MILLIS));
    }
  }

  @Test
  void whatAUserTypedBeforeLeaving_isNotLost() throws Exception {
    String text = "y".repeat(3 * StreamLimits.DEFAULT.inputBytes());
    try (Fd terminal = connect()) {
      terminal.write(text);
    }
    assertEquals(text, device.read(text.length()));
  }

  @Test
  void aHangUp_isNoticed_whileTheGuestDoesNotRead() throws Exception {
    try (Fd terminal = connect()) {
      eventually("connected", probe::waitsForInput);
      terminal.write("y".repeat(2 * StreamLimits.DEFAULT.inputBytes()));
      eventually("full", probe::ignoresInput);
    }
    device.write("kept");
    try (Fd terminal = connect()) {
      assertEquals("kept", terminal.readText(4));
    }
  }

  @Test
  void close_works_whileTheOtherSideDoesNotRead() throws Exception {
    try (Fd terminal = connect()) {
      eventually("connected", probe::waitsForInput);
      device.fill();
      stream.close();
      assertTrue(stream.discardedBytes() > 0);
      assertTrue((terminal.pollNow(PollSet.POLLIN) & PollSet.POLLHUP) != 0, "hung up");
    }
    assertFalse(Files.exists(path));
  }

  private Fd connect() {
    return Fd.open(path, Fcntl.O_RDWR);
  }

  private static byte[] randomBytes(int seed) {
    byte[] bytes = new byte[1 << 20];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
