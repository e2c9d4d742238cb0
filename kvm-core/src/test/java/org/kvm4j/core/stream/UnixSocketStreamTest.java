package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.stream.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.core.sys.Errno;

@Timeout(60)
final class UnixSocketStreamTest {

  @TempDir Path directory;

  private final LibcProbe probe = new LibcProbe();
  private Path path;
  private OpenStream stream;
  private DeviceSide device;

  @BeforeEach
  void open() {
    path = directory.resolve("sock");
    stream = HostStreams.open("unix:" + path, probe.libc);
    device = new DeviceSide(stream);
  }

  @AfterEach
  void close() {
    stream.close();
  }

  @Test
  void aMegabyteEachWay_arrivesUnchanged() throws Exception {
    byte[] output = randomBytes(8);
    byte[] input = randomBytes(9);
    try (SocketChannel client = connect()) {
      eventually("connected", probe::waitsForInput);
      CompletableFuture<byte[]> seen =
          CompletableFuture.supplyAsync(() -> receive(client, output.length));
      CompletableFuture<Void> typed = CompletableFuture.runAsync(() -> send(client, input));
      assertArrayEquals(input, device.exchange(output, input.length));
      assertArrayEquals(output, seen.get(20, TimeUnit.SECONDS));
      typed.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void outputFromBeforeAnybodyCame_isKept_theNewestOfIt() throws Exception {
    int kept = StreamLimits.DEFAULT.outputBytes();
    device.write("old" + "n".repeat(kept));
    try (SocketChannel client = connect()) {
      assertEquals("n".repeat(kept), receiveText(client, kept));
    }
    assertEquals(3, stream.discardedBytes());
  }

  @Test
  void clients_areServedInTurn() throws Exception {
    try (SocketChannel first = connect()) {
      device.write("one");
      assertEquals("one", receiveText(first, 3));
      try (SocketChannel second = connect()) {
        device.write("two");
        assertEquals("two", receiveText(first, 3));
        first.close();
        send(second, "hello");
        assertEquals("hello", device.read(5));
        device.write("three");
        assertEquals("three", receiveText(second, 5));
      }
    }
    try (SocketChannel third = connect()) {
      send(third, "again");
      assertEquals("again", device.read(5));
    }
  }

  @Test
  void aClientThatEndedItsInput_stillGetsTheAnswer() throws Exception {
    try (SocketChannel client = connect()) {
      send(client, "halt");
      client.shutdownOutput();
      assertEquals("halt", device.read(4));
      eventually("input is not polled any more", probe::ignoresInput);
      device.write("done");
      assertEquals("done", receiveText(client, 4));
    }
    try (SocketChannel next = connect()) {
      send(next, "next");
      assertEquals("next", device.read(4));
    }
  }

  @Test
  void whatAClientSentBeforeLeaving_isNotLost() throws Exception {
    String text = "y".repeat(3 * StreamLimits.DEFAULT.inputBytes());
    try (SocketChannel client = connect()) {
      send(client, text);
    }
    assertEquals(text, device.read(text.length()));
  }

  @Test
  void aRefusedDevice_goesOn_whenTheStalledClientLeaves() throws Exception {
    try (SocketChannel client = connect()) {
      send(client, "x");
      assertEquals("x", device.read(1)); // connected
      device.fill();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                try {
                  device.write("z".repeat(1 << 20));
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      client.close();
      writer.get(20, TimeUnit.SECONDS);
    }
    assertTrue(stream.discardedBytes() > 0);
  }

  @Test
  void withoutFreeDescriptors_aClientWaits_andIsServedLater() throws Exception {
    probe.acceptFailsWith(Errno.EMFILE);
    try (SocketChannel client = connect()) {
      eventually("rest", () -> probe.waitsForWakeUpAlone(1000));
      probe.acceptFailsWith(0);
      send(client, "x");
      assertEquals("x", device.read(1));
    }
  }

  @Test
  void close_removesTheSocket_andHangsUp() throws Exception {
    try (SocketChannel client = connect()) {
      device.write("bye");
      send(client, "x");
      assertEquals("x", device.read(1)); // connected
      stream.close();
      assertEquals("bye", receiveText(client, 3));
      assertEquals(-1, client.read(ByteBuffer.allocate(1)));
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void close_leavesWhatIsNotItsOwnSocket() throws Exception {
    Files.delete(path);
    Files.writeString(path, "somebody else's");
    stream.close();
    assertTrue(Files.exists(path));
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  private static void send(SocketChannel client, String text) {
    send(client, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(SocketChannel client, byte[] bytes) {
    try {
      ByteBuffer source = ByteBuffer.wrap(bytes);
      while (source.hasRemaining()) {
        client.write(source);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] receive(SocketChannel client, int count) {
    try {
      ByteBuffer target = ByteBuffer.allocate(count);
      while (target.hasRemaining()) {
        assertTrue(client.read(target) > 0, "the stream hung up");
      }
      return target.array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String receiveText(SocketChannel client, int count) {
    return new String(receive(client, count), StandardCharsets.UTF_8);
  }

  private static byte[] randomBytes(int seed) {
    byte[] bytes = new byte[1 << 20];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
