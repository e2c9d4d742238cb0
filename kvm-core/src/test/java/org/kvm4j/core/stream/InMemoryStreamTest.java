package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.HostStream;

final class InMemoryStreamTest {

  private static final int LIMIT = StreamLimits.DEFAULT.outputBytes();

  private final OpenStream stream = HostStreams.open("memory");
  private final MemoryEnd end = stream.memoryEnd().orElseThrow();

  @AfterEach
  void close() {
    stream.close();
  }

  @Test
  void text_goesBothWays() throws Exception {
    DeviceSide device = new DeviceSide(stream);
    device.write("login: é");
    assertEquals("login: é", end.received());
    assertEquals(5, end.send("root\n"));
    assertEquals("root\n", device.read(5));
  }

  @Test
  void take_empties_andReceivedDoesNot() throws Exception {
    new DeviceSide(stream).write("abc");
    assertEquals("abc", end.received());
    assertArrayEquals("abc".getBytes(StandardCharsets.UTF_8), end.take());
    assertEquals("", end.received());
  }

  @Test
  void outputThatNobodyTakes_losesItsOldest_andIsCounted() throws Exception {
    new DeviceSide(stream).write("old" + "n".repeat(LIMIT));
    assertEquals("n".repeat(LIMIT), end.received());
    assertEquals(3, stream.discardedBytes());
  }

  @Test
  void send_takesOnlyWhatThereIsRoomFor() {
    int room = StreamLimits.DEFAULT.inputBytes();
    assertEquals(room, end.send(new byte[room + 1]));
    assertEquals(0, end.send("x"));
    assertEquals(0, stream.read());
    assertEquals(1, end.send("x"));
  }

  @Test
  void inputFromBeforeOnReady_isAnnounced() throws Exception {
    end.send("x");
    CountDownLatch announced = new CountDownLatch(1);
    stream.onReady(announced::countDown);
    assertTrue(announced.await(20, TimeUnit.SECONDS));
  }

  @Test
  void awaitText_returns_whenTheTextIsComplete() throws Exception {
    CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> await("login:", 20));
    DeviceSide device = new DeviceSide(stream);
    device.write("log");
    device.write("in:");
    assertTrue(waiter.get(20, TimeUnit.SECONDS));
  }

  @Test
  void awaitText_isFalse_afterTheTime() {
    stream.write('x');
    assertFalse(await("y", 0));
    assertTrue(await("x", 0));
  }

  @Test
  void awaitText_isFalse_whenTheStreamCloses() throws Exception {
    CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> await("y", 20));
    stream.close();
    assertFalse(waiter.get(10, TimeUnit.SECONDS));
  }

  @Test
  void afterClose_outputIsDiscarded_andInputRefused() {
    stream.write('x');
    stream.close();
    stream.close();
    assertTrue(stream.write('y'));
    assertEquals("x", end.received());
    assertEquals(1, stream.discardedBytes());
    assertEquals(0, end.send("z"));
    assertEquals(HostStream.NOTHING, stream.read());
  }

  private boolean await(String text, int seconds) {
    try {
      return end.awaitText(text, Duration.ofSeconds(seconds));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
