package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.device.HostStream.NOTHING;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class DuplexTest {

  private static final StreamLimits FOUR_BYTES =
      new StreamLimits(4, 4, Duration.ofSeconds(1), Duration.ofSeconds(1));

  private final AtomicInteger wakes = new AtomicInteger();
  private final AtomicInteger notices = new AtomicInteger();
  private final Duplex duplex = new Duplex(FOUR_BYTES, Overflow.REFUSE, wakes::incrementAndGet);

  @Test
  void input_isAnnounced_afterReadHadNothing() {
    duplex.onReady(notices::incrementAndGet);
    assertEquals(NOTHING, duplex.read());
    put(7);
    duplex.notifyDevice();
    assertEquals(1, notices.get());
    assertEquals(7, duplex.read());
  }

  @Test
  void input_isAnnouncedOnce_untilReadHasNothingAgain() {
    duplex.onReady(notices::incrementAndGet);
    put(1, 2);
    duplex.notifyDevice();
    duplex.read();
    put(3);
    duplex.notifyDevice();
    assertEquals(1, notices.get());
  }

  @Test
  void input_isAnnounced_toADeviceThatNeverRead() {
    duplex.onReady(notices::incrementAndGet);
    put(1);
    duplex.notifyDevice();
    assertEquals(1, notices.get());
  }

  @Test
  void inputBeforeOnReady_isAnnouncedLater_byThePump() {
    put(1);
    duplex.notifyDevice();
    duplex.onReady(notices::incrementAndGet);
    assertEquals(0, notices.get(), "the caller of onReady holds its lock");
    assertEquals(1, wakes.get());
    duplex.notifyDevice();
    assertEquals(1, notices.get());
  }

  @Test
  void room_isAnnounced_afterWriteWasRefused() {
    duplex.onReady(notices::incrementAndGet);
    write(1, 2, 3, 4);
    assertFalse(duplex.write(5));
    duplex.notifyDevice();
    assertEquals(0, notices.get());
    assertArrayEquals(new byte[] {1, 2}, take(2));
    duplex.notifyDevice();
    assertEquals(1, notices.get());
    assertTrue(duplex.write(5));
    assertArrayEquals(new byte[] {3, 4, 5}, take(4));
  }

  @Test
  void inputWhileAWriteWaits_doesNotMakeItsRoomForgotten() {
    duplex.onReady(notices::incrementAndGet);
    write(1, 2, 3, 4);
    assertFalse(duplex.write(5));
    put(6);
    duplex.notifyDevice();
    assertEquals(1, notices.get());
    take(1);
    duplex.notifyDevice();
    assertEquals(2, notices.get());
  }

  @Test
  void refusedWriter_isNotified_whenThePeerLeaves() {
    duplex.onReady(notices::incrementAndGet);
    write(1, 2, 3, 4);
    assertFalse(duplex.write(5));
    duplex.setOverflow(Overflow.DROP_OLDEST);
    duplex.notifyDevice();
    assertEquals(1, notices.get());
    assertTrue(duplex.write(5));
    assertArrayEquals(new byte[] {2, 3, 4, 5}, duplex.pendingOutput());
    assertEquals(1, duplex.discardedBytes());
  }

  @Test
  void discarding_countsWhatWasPendingAndWhatComes() {
    write(1, 2, 3);
    duplex.setOverflow(Overflow.DISCARD);
    write(4, 5);
    assertEquals(5, duplex.discardedBytes());
    assertEquals(0, duplex.pendingOutput().length);
  }

  @Test
  void closing_keepsWhatIsPending_andDiscardsTheRest() {
    write(1);
    duplex.startClosing();
    write(2);
    put(3);
    assertArrayEquals(new byte[] {1}, duplex.pendingOutput());
    assertEquals(NOTHING, duplex.read());
    assertEquals(1, duplex.discardedBytes());
    assertTrue(duplex.isClosing());
  }

  @Test
  void output_wakesThePump_onlyWhenItHadNone() {
    write(1);
    assertEquals(0, wakes.get(), "the pump did not look yet");
    assertEquals(Duplex.OUTPUT | Duplex.INPUT_ROOM, duplex.interest(true));
    write(2);
    assertEquals(0, wakes.get());
    take(4);
    assertEquals(Duplex.INPUT_ROOM, duplex.interest(true));
    write(3, 4);
    assertEquals(1, wakes.get());
  }

  @Test
  void reading_wakesThePump_onceHalfIsFree_ifItFoundNoRoom() {
    put(1, 2, 3, 4);
    assertEquals(0, duplex.interest(true));
    duplex.read();
    assertEquals(0, wakes.get());
    duplex.read();
    assertEquals(1, wakes.get());
    duplex.read();
    assertEquals(1, wakes.get());
  }

  @Test
  void theTask_runsWithoutTheLock() {
    duplex.onReady(
        () -> {
          // Another thread gets the lock while the task runs.
          CompletableFuture<Integer> other = CompletableFuture.supplyAsync(duplex::read);
          assertEquals(1, other.orTimeout(10, TimeUnit.SECONDS).join());
          notices.incrementAndGet();
        });
    put(1);
    duplex.notifyDevice();
    assertEquals(1, notices.get());
  }

  @Test
  void aSecondTask_isRefused() {
    duplex.onReady(() -> {});
    assertThrows(IllegalStateException.class, () -> duplex.onReady(() -> {}));
  }

  @Test
  void noWakeUpIsLost_whenBothSidesRace() throws Exception {
    Semaphore work = new Semaphore(0);
    Duplex racing = new Duplex(FOUR_BYTES, Overflow.REFUSE, work::release);
    // The pump answers every byte with itself and sleeps whenever it finds nothing to do.
    CompletableFuture<Void> pump = CompletableFuture.runAsync(() -> echo(racing, work));
    byte[] sent = new byte[200_000];
    new Random(2).nextBytes(sent);
    assertArrayEquals(sent, new DeviceSide(racing).exchange(sent, sent.length));
    racing.startClosing();
    pump.get(20, TimeUnit.SECONDS);
  }

  private static void echo(Duplex duplex, Semaphore work) {
    ByteBuffer bytes = ByteBuffer.allocate(3).limit(0);
    while (!duplex.isClosing()) {
      duplex.notifyDevice();
      int interest = duplex.interest(true);
      if (!bytes.hasRemaining() && (interest & Duplex.OUTPUT) != 0) {
        duplex.takeOutput(bytes.clear());
        bytes.flip();
      } else if (bytes.hasRemaining() && (interest & Duplex.INPUT_ROOM) != 0) {
        duplex.putInput(bytes);
      } else {
        work.acquireUninterruptibly();
      }
    }
  }

  private void write(int... values) {
    for (int value : values) {
      assertTrue(duplex.write(value));
    }
  }

  private void put(int... values) {
    for (int value : values) {
      duplex.putInput(ByteBuffer.wrap(new byte[] {(byte) value}));
    }
  }

  private byte[] take(int limit) {
    ByteBuffer target = ByteBuffer.allocate(limit);
    duplex.takeOutput(target);
    return Arrays.copyOf(target.array(), target.position());
  }
}
