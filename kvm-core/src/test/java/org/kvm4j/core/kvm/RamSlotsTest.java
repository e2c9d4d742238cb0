package org.kvm4j.core.kvm;

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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.GuestMemoryException;
import org.kvm4j.MemorySlot;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.memory.HostMemory;

/**
 * Guest RAM over real mappings, which cost address space only: nothing but the pages touched.
 *
 * <p>Slot 0 is longer than one view of 1 GiB, slot 1 adjoins it, slot 2 is far away.
 */
final class RamSlotsTest {

  private static final long GIB = 1L << 30;
  private static final long VIEW_EDGE = GIB;
  private static final long SLOT_EDGE = GIB + 0x10000;
  private static final long LOW_END = SLOT_EDGE + 0x1000;
  private static final long HIGH = 4 * GIB;
  private static final long HIGH_END = HIGH + 0x2000;

  private final RamSlots ram = new RamSlots();

  RamSlotsTest() {
    add(0, SLOT_EDGE);
    add(SLOT_EDGE, LOW_END - SLOT_EDGE);
    add(HIGH, HIGH_END - HIGH);
  }

  @AfterEach
  void unmap() {
    ram.close();
  }

  @Test
  void newMemory_isZero_andItsSizeTheSumOfTheSlots() {
    assertEquals(LOW_END + 0x2000, ram.sizeBytes());
    assertEquals(0, ram.readLong(0));
    assertEquals(0, ram.readLong(HIGH_END - 8));
  }

  @Test
  void values_areLittleEndianAndZeroExtended() {
    ram.writeLong(0x1000, 0xf8f7_f6f5_f4f3_f2f1L);

    assertEquals(0xf1, ram.readByte(0x1000));
    assertEquals(0xf2f1, ram.readShort(0x1000));
    assertEquals(0xf4f3_f2f1, ram.readInt(0x1000));
    assertEquals(0xf8f7_f6f5_f4f3_f2f1L, ram.readLong(0x1000));
    assertEquals(0xf8, ram.readByte(0x1007));
  }

  @Test
  void narrowWrites_changeNothingBeside() {
    ram.writeLong(0x1000, -1);

    ram.writeByte(0x1001, 0x1ab);
    ram.writeShort(0x1002, 0x1_cdef);
    ram.writeInt(0x1004, 0x1234_5678);

    assertEquals(0x1234_5678_cdef_abffL, ram.readLong(0x1000));
  }

  @ParameterizedTest
  @ValueSource(longs = {VIEW_EDGE, SLOT_EDGE})
  void accessesAcrossAnEdge_areWhole_atEveryOffset(long edge) {
    for (int before = 0; before <= 8; before++) {
      long at = edge - before;
      ram.writeLong(at, 0x8877_6655_4433_2211L + before);
      assertEquals(0x8877_6655_4433_2211L + before, ram.readLong(at), "8 bytes at -" + before);
      ram.writeInt(at, 0xdead_beef + before);
      assertEquals(0xdead_beef + before, ram.readInt(at), "4 bytes at -" + before);
      ram.writeShort(at, 0xa55a + before);
      assertEquals(0xa55a + before, ram.readShort(at), "2 bytes at -" + before);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {VIEW_EDGE, SLOT_EDGE})
  void blocksAcrossAnEdge_areWhole(long edge) {
    byte[] block = counting(300);

    ram.write(edge - 100, block);

    assertArrayEquals(block, ram.read(edge - 100, 300));
    assertEquals(block[100], (byte) ram.readByte(edge));
  }

  @Test
  void blocks_moveThePositionsOfBuffers_andRespectTheirLimits() {
    ByteBuffer source = ByteBuffer.wrap(counting(10)).position(2).limit(7);
    ByteBuffer target = ByteBuffer.allocateDirect(10).position(4).limit(9);

    ram.write(0x1000, source);
    ram.read(0x1000, target);

    assertEquals(7, source.position());
    assertEquals(9, target.position());
    byte[] copied = new byte[10];
    target.clear().get(copied);
    assertArrayEquals(new byte[] {0, 0, 0, 0, 2, 3, 4, 5, 6, 0}, copied);
    assertEquals(0, ram.readByte(0x1005));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        LOW_END,
        LOW_END - 1,
        LOW_END - 7,
        HIGH - 1,
        HIGH - 8,
        HIGH_END - 7,
        HIGH_END,
        2 * GIB,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 3,
        Long.MIN_VALUE,
        -1,
        0xffff_ffff_ffff_fff8L,
        0xffff_ffff_ffff_fff9L,
      })
  void accessesNotWhollyInside_areRefused_andChangeNothing(long address) {
    ram.writeLong(LOW_END - 8, 0x1111_1111_1111_1111L);
    ram.writeLong(HIGH, 0x2222_2222_2222_2222L);
    ram.writeLong(HIGH_END - 8, 0x3333_3333_3333_3333L);
    ByteBuffer eight = ByteBuffer.allocate(8);

    for (Runnable access :
        List.<Runnable>of(
            () -> ram.readLong(address),
            () -> ram.writeLong(address, -1),
            () -> ram.read(address, eight),
            () -> ram.write(address, eight),
            () -> ram.clear(address, 8),
            () -> readFrom(address, 8))) {
      GuestMemoryException refused = assertThrows(GuestMemoryException.class, access::run);

      assertEquals(address, refused.address());
      assertEquals(8, refused.length());
    }
    assertFalse(ram.contains(address, 8));
    assertEquals(0, eight.position());
    assertEquals(0x1111_1111_1111_1111L, ram.readLong(LOW_END - 8));
    assertEquals(0x2222_2222_2222_2222L, ram.readLong(HIGH));
    assertEquals(0x3333_3333_3333_3333L, ram.readLong(HIGH_END - 8));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "-1, 0, true",
    "0, 1, true",
    "0, -1, false",
    "0x1000, 0x8000000000000000, false",
    "0x1000, 0x7fffffffffffffff, false",
  })
  void contains_takesAnyLength(String address, String length, boolean expected) {
    assertEquals(expected, ram.contains(unsigned(address), unsigned(length)));
  }

  @Test
  void contains_goesAcrossAdjoiningSlotsButNotGaps() {
    assertTrue(ram.contains(0, LOW_END));
    assertFalse(ram.contains(0, LOW_END + 1));
    assertFalse(ram.contains(0, HIGH_END));
    assertTrue(ram.contains(HIGH, 0x2000));
  }

  @Test
  void clear_writesZerosAcrossEdges_andNothingBeside() {
    byte[] ones = new byte[0x22000];
    Arrays.fill(ones, (byte) -1);
    ram.write(SLOT_EDGE - 0x21000, ones);

    ram.clear(SLOT_EDGE - 0x20fff, 0x21ffe);

    assertEquals(0xff, ram.readByte(SLOT_EDGE - 0x21000));
    assertEquals(0xff, ram.readByte(LOW_END - 1));
    assertArrayEquals(new byte[0x21ffe], ram.read(SLOT_EDGE - 0x20fff, 0x21ffe));
  }

  @Test
  void clearOfANegativeLength_isRefused() {
    assertThrows(GuestMemoryException.class, () -> ram.clear(0, -1));
  }

  @Test
  void readFrom_fillsAcrossEdges_fromAChannelThatGivesLittleAtATime() throws IOException {
    byte[] image = counting(0x3000);

    long count = ram.readFrom(new Trickle(image, 1000), SLOT_EDGE - 0x2800, image.length);

    assertEquals(image.length, count);
    assertArrayEquals(image, ram.read(SLOT_EDGE - 0x2800, image.length));
  }

  @Test
  void readFrom_takesNoMoreThanAskedFor() throws IOException {
    Trickle channel = new Trickle(counting(100), 1000);

    assertEquals(60, ram.readFrom(channel, 0x1000, 60));

    assertEquals(40, channel.left());
    assertEquals(0, ram.readByte(0x1000 + 60));
  }

  @Test
  void readFrom_endsAtTheChannelsEnd_withTheBytesThatCame() throws IOException {
    assertEquals(30, ram.readFrom(new Trickle(counting(30), 7), 0x1000, 100));
    assertEquals(29, ram.readByte(0x1000 + 29));
  }

  @Test
  void readFrom_handsOnTheChannelsFailure() throws IOException {
    ReadableByteChannel closed = Channels.newChannel(new ByteArrayInputStream(new byte[10]));
    closed.close();

    assertThrows(IOException.class, () -> ram.readFrom(closed, 0, 10));
  }

  @Test
  void afterClose_everythingSaysSo_insteadOfTouchingUnmappedMemory() {
    ram.close();
    ram.close();

    for (Runnable access :
        List.<Runnable>of(
            ram::sizeBytes,
            () -> ram.contains(0, 1),
            () -> ram.readByte(0),
            () -> ram.readShort(0),
            () -> ram.readInt(0),
            () -> ram.readLong(0),
            () -> ram.writeByte(0, 1),
            () -> ram.writeShort(0, 1),
            () -> ram.writeInt(0, 1),
            () -> ram.writeLong(0, 1),
            () -> ram.read(0, 1),
            () -> ram.write(0, new byte[1]),
            () -> ram.clear(0, 1),
            () -> readFrom(0, 1))) {
      assertEquals(
          "the VM is closed, and its memory with it",
          assertThrows(IllegalStateException.class, access::run).getMessage());
    }
  }

  @Test
  void aSlotDeletedWhileItIsReadInto_isMemoryThatIsNotThere() {
    Mapping deleted = ram.byId(2).mapping;
    ReadableByteChannel channel =
        new ReadableByteChannel() {
          @Override
          public int read(ByteBuffer target) {
            ram.remove(2);
            target.put((byte) 1);
            return 1;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };

    assertThrows(GuestMemoryException.class, () -> ram.readFrom(channel, HIGH, 2));
    deleted.close();
  }

  private void add(long address, long sizeBytes) {
    Mapping mapping = Mapping.ram(NativeLibc.INSTANCE, sizeBytes, HostMemory.STANDARD);
    ram.add(new RamSlot(new MemorySlot(ram.count(), address, sizeBytes), mapping));
  }

  private void readFrom(long address, long length) {
    try {
      ram.readFrom(new Trickle(counting(100), 100), address, length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long unsigned(String number) {
    return number.startsWith("0x")
        ? Long.parseUnsignedLong(number.substring(2), 16)
        : Long.parseLong(number);
  }

  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** Gives at most so many bytes at a time, as a pipe does. */
  private static final class Trickle implements ReadableByteChannel {
    private final ByteBuffer source;
    private final int most;

    Trickle(byte[] bytes, int most) {
      source = ByteBuffer.wrap(bytes);
      this.most = most;
    }

    int left() {
      return source.remaining();
    }

    @Override
    public int read(ByteBuffer target) {
      if (!source.hasRemaining()) {
        return -1;
      }
      int count = Math.min(most, Math.min(target.remaining(), source.remaining()));
      target.put(source.slice(source.position(), count));
      source.position(source.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
