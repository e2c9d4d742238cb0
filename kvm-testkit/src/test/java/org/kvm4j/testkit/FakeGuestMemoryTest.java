package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.GuestMemoryException;

class FakeGuestMemoryTest {

  private final FakeGuestMemory memory = new FakeGuestMemory(0x1000);

  @Test
  void values_areLittleEndian_andZeroExtended() {
    memory.writeLong(0x10, 0xffee_ddcc_bbaa_9988L);

    assertEquals(0x88, memory.readByte(0x10));
    assertEquals(0x9988, memory.readShort(0x10));
    assertEquals(0xbbaa9988, memory.readInt(0x10));
    assertEquals(0xffee_ddcc_bbaa_9988L, memory.readLong(0x10));
  }

  @Test
  void narrowWrites_changeTheirBytesOnly() {
    memory.writeInt(0, -1);
    memory.writeByte(0, 0x100);
    memory.writeShort(2, 0x1_0203);

    assertEquals(0x0203_ff00, memory.readInt(0));
  }

  @Test
  void bytes_areCopiedBothWays() {
    memory.write(0xffd, new byte[] {1, 2, 3});

    assertArrayEquals(new byte[] {0, 1, 2, 3}, memory.read(0xffc, 4));
  }

  @Test
  void clear_writesZeros_inItsRangeOnly() {
    memory.write(0, new byte[] {1, 2, 3, 4});
    memory.clear(1, 2);

    assertArrayEquals(new byte[] {1, 0, 0, 4}, memory.read(0, 4));
  }

  @ParameterizedTest
  @CsvSource({
    "0x1000, 1",
    "0xfff, 2",
    "-1, 1",
    "-1, 2",
    "0, 0x1001",
    "0, -1",
    "1, 0x7fffffffffffffff"
  })
  void bytesOutsideRam_areNotContained_andRefused(long address, long length) {
    assertFalse(memory.contains(address, length));
    assertThrows(GuestMemoryException.class, () -> memory.clear(address, length));
  }

  @Test
  void noBytes_areContainedAnywhere() throws IOException {
    assertTrue(memory.contains(-1, 0));
    memory.write(-1, new byte[0]);
    assertEquals(0, memory.readFrom(channel(), 0x5000, 0));
  }

  @Test
  void refusedCopy_changesNothing() {
    assertThrows(GuestMemoryException.class, () -> memory.write(0xffe, new byte[] {1, 2, 3}));
    ByteBuffer target = ByteBuffer.allocate(3);
    assertThrows(GuestMemoryException.class, () -> memory.read(0xffe, target));

    assertEquals(0, memory.readShort(0xffe));
    assertEquals(0, target.position());
  }

  @Test
  void readFrom_returnsWhatCame_whenTheChannelEndsEarly() throws IOException {
    assertEquals(3, memory.readFrom(channel(7, 8, 9), 0x20, 100));
    assertEquals(0x0009_0807, memory.readInt(0x20));
  }

  @Test
  void readFrom_leavesWhatItNeedsNot() throws IOException {
    assertEquals(2, memory.readFrom(channel(7, 8, 9), 0x20, 2));
    assertEquals(0x0807, memory.readInt(0x20));
  }

  @Test
  void base_movesTheRam() {
    FakeGuestMemory high = new FakeGuestMemory(0x1_0000_0000L, 16);

    assertFalse(high.contains(0, 1));
    assertFalse(high.contains(0xffff_ffffL, 1));
    assertTrue(high.contains(0x1_0000_0000L, 16));
    assertEquals(16, high.sizeBytes());
  }

  @Test
  void closedMemory_refusesEveryAccess() {
    memory.close();

    assertThrows(IllegalStateException.class, () -> memory.readByte(0));
    assertThrows(IllegalStateException.class, () -> memory.contains(0, 1));
    assertThrows(IllegalStateException.class, memory::sizeBytes);
  }

  private static ReadableByteChannel channel(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }
}
