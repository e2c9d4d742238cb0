package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.HostStream;

class MemoryStreamTest {

  private final MemoryStream stream = new MemoryStream();
  private int readyRuns;

  @Test
  void read_returnsWhatTheHostSent_thenNothing() {
    stream.send((byte) 0xff, (byte) 0);

    assertEquals(2, stream.unread());
    assertEquals(0xff, stream.read());
    assertEquals(0, stream.read());
    assertEquals(HostStream.NOTHING, stream.read());
  }

  @Test
  void write_keepsTheLowEightBits_ofEveryByteValue() {
    stream.write(0x1ff);
    stream.write(0x41);

    assertEquals("\u00ffA", stream.received());
    assertArrayEquals(new byte[] {-1, 0x41}, stream.receivedBytes());
  }

  @Test
  void write_isRefused_whenThereIsNoRoom() {
    stream.setRoom(1);

    assertTrue(stream.write('a'));
    assertFalse(stream.write('b'));
    assertEquals("a", stream.received());
  }

  @Test
  void readyTask_runsOnInput_onlyAfterReadHadNothing() {
    stream.onReady(() -> readyRuns++);
    stream.send("a");
    stream.send("b"); // the device has not emptied the stream
    assertEquals(1, readyRuns);

    stream.read();
    stream.read();
    stream.read(); // nothing
    stream.send("c");

    assertEquals(2, readyRuns);
  }

  @Test
  void readyTask_runsOnRoom_onlyAfterWriteWasRefused() {
    stream.onReady(() -> readyRuns++);
    stream.setRoom(1);
    stream.write('a');
    stream.drain();
    assertEquals(0, readyRuns);

    stream.write('b');
    stream.write('c'); // refused
    assertEquals("b", stream.drain());
    stream.drain();

    assertEquals(1, readyRuns);
  }

  @Test
  void raisingTheRoom_callsTheDeviceThatWaits() {
    stream.onReady(() -> readyRuns++);
    stream.setRoom(0);
    stream.write('a'); // refused

    stream.setRoom(10);

    assertEquals(1, readyRuns);
  }

  @Test
  void secondReadyTask_isRefused() {
    stream.onReady(() -> readyRuns++);

    assertThrows(IllegalStateException.class, () -> stream.onReady(() -> readyRuns++));
  }

  @Test
  void sendingMoreThanTheBound_isRefusedWhole() {
    stream.send(new byte[MemoryStream.DEFAULT_ROOM_BYTES]);

    assertThrows(IllegalStateException.class, () -> stream.send("x"));
    assertEquals(MemoryStream.DEFAULT_ROOM_BYTES, stream.unread());
  }

  @Test
  void negativeRoom_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> stream.setRoom(-1));
  }
}
