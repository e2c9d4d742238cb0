package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceConflictException;

class FakeBusTest {

  private final FakePioBus pio = new FakePioBus();
  private final FakeMmioBus mmio = new FakeMmioBus();
  private final List<String> calls = new ArrayList<>();

  @Test
  void accessWithinARange_reachesTheHandlerOnce_withItsOffset() {
    pio.register(0x100, 8, new Ports("p", 4));

    pio.write(0x104, 4, 0x12345678);

    assertEquals(List.of("p write 4/4 12345678"), calls);
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 2", "4, 1"})
  void wideAccess_isSplitToTheHandlersWidth_lowestFirst(int width, int pieces) {
    pio.register(0x100, 8, new Ports("p", width));

    pio.write(0x100, 4, 0x44332211);

    assertEquals(pieces, calls.size());
    assertEquals(width == 4 ? "p write 0/4 44332211" : "p write 0/" + width, prefix(calls.get(0)));
  }

  @Test
  void splitRead_isPutTogether_lowestFirst() {
    pio.register(0x100, 8, new Ports("p", 1)); // answers its offset

    assertEquals(0x03020100, pio.read(0x100, 4));
    assertEquals(0x0201, pio.read(0x101, 2));
  }

  @Test
  void accessAcrossAnEdge_isSplitIntoBytes_eachWithItsOwner() {
    pio.register(0x100, 2, new Ports("left", 4));
    pio.register(0x102, 1, new Ports("right", 4));

    pio.write(0x100, 4, 0x44332211);

    assertEquals(List.of("left write 0/1 11", "left write 1/1 22", "right write 0/1 33"), calls);
    assertEquals(List.of(new UnclaimedAccess(true, 0x103, 1, 0x44)), pio.unclaimed());
  }

  @Test
  void unclaimedAccesses_areListedUpToABound() {
    for (int i = 0; i <= AddressSpace.MOST_UNCLAIMED; i++) {
      pio.read(i, 1);
    }

    assertEquals(AddressSpace.MOST_UNCLAIMED, pio.unclaimed().size());
    assertEquals(0, pio.unclaimed().get(0).address());
  }

  @Test
  void unclaimedRead_isAllOnes_andListedOnce() {
    assertEquals(0xff, pio.read(0x80, 1));
    assertEquals(-1, pio.read(0x80, 4));
    assertEquals(-1L, mmio.read(-8, 8));
    assertEquals(0xffffffL, mmio.read(0x1001, 3));

    assertEquals(2, pio.unclaimed().size());
    assertEquals(2, mmio.unclaimed().size());
  }

  @Test
  void values_areMaskedToTheSize() {
    pio.register(0x100, 4, constant(-1));
    mmio.register(0x1000, 8, new Addresses("m", 8));

    assertEquals(0xff, pio.read(0x100, 1));
    assertEquals(0xffff, pio.read(0x100, 2));
    mmio.write(0x1000, 2, -1);

    assertEquals(List.of("m write 0/2 ffff"), calls);
  }

  @Test
  void lastPort_canBeRegistered_andAnAccessBeyondItIsOnes() {
    pio.register(0xffff, 1, constant(0));

    assertEquals(0xff00, pio.read(0xffff, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 6, 7})
  void oddMmioSizes_areSplitIntoBytes(int size) {
    mmio.register(0x1000, 0x100, new Addresses("m", 8));

    mmio.read(0x1010, size);

    assertEquals(size, calls.size());
    assertEquals("m read 16/1", calls.get(0));
  }

  @Test
  void eightByteMmioAccess_isSplitForAFourByteDevice() {
    mmio.register(0x1000, 0x100, new Addresses("m", 4));

    mmio.write(0x1008, 8, 0x1122334455667788L);

    assertEquals(List.of("m write 8/4 55667788", "m write 12/4 11223344"), calls);
  }

  @Test
  void mmioAddresses_areUnsigned_upToTheLast() {
    mmio.register(-16, 16, new Addresses("top", 8));
    mmio.register(0x7fff_ffff_ffff_fff8L, 16, new Addresses("middle", 8));

    mmio.read(-1, 1);
    mmio.read(0x8000_0000_0000_0000L, 8);

    assertEquals(List.of("top read 15/1", "middle read 8/8"), calls);
  }

  @Test
  void overlap_isRefused_namingBoth() {
    pio.register("serial", 0x3f8, 8, constant(0), handler -> handler);

    DeviceConflictException e =
        assertThrows(
            DeviceConflictException.class,
            () -> pio.register("pit", 0x3ff, 2, constant(0), handler -> handler));

    assertEquals(
        "pit cannot have port 0x3ff-0x400: serial has port 0x3f8-0x3ff."
            + " Move one of the two or leave it out.",
        e.getMessage());
  }

  @Test
  void adjoiningRanges_areNoOverlap() {
    mmio.register(0x1000, 0x1000, new Addresses("low", 8));
    mmio.register(0x2000, 0x1000, new Addresses("high", 8));

    mmio.read(0x1fff, 1);
    mmio.read(0x2000, 1);

    assertEquals(List.of("low read 4095/1", "high read 0/1"), calls);
  }

  @Test
  void enclosingRange_isAnOverlap() {
    mmio.register(0x2000, 0x10, new Addresses("small", 8));

    assertThrows(
        DeviceConflictException.class,
        () -> mmio.register(0x1000, 0x10000, new Addresses("large", 8)));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "0, 0", "0, -1", "0xffff, 2", "0x10000, 1", "1, 0x7fffffff"})
  void illegalPortRange_isRefused(int base, int length) {
    assertThrows(IllegalArgumentException.class, () -> pio.register(base, length, constant(0)));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, -1", "-1, 2"})
  void illegalAddressRange_isRefused(long base, long length) {
    assertThrows(
        IllegalArgumentException.class, () -> mmio.register(base, length, new Addresses("m", 8)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3, 8})
  void illegalPortWidthOrSize_isRefused(int size) {
    assertThrows(IllegalArgumentException.class, () -> pio.register(0, 8, new Ports("p", size)));
    assertThrows(IllegalArgumentException.class, () -> pio.read(0, size));
    assertThrows(IllegalArgumentException.class, () -> pio.write(0, size, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 9, 16})
  void illegalMmioWidthOrSize_isRefused(int size) {
    assertThrows(
        IllegalArgumentException.class, () -> mmio.register(0, 8, new Addresses("m", size)));
    assertThrows(IllegalArgumentException.class, () -> mmio.read(0, size));
    assertThrows(IllegalArgumentException.class, () -> mmio.write(0, size, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0x10000})
  void portOutsideTheSpace_isRefused(int port) {
    assertThrows(IllegalArgumentException.class, () -> pio.read(port, 1));
  }

  @Test
  void shortForms_areByteAndIntAccesses() {
    pio.register(0x100, 8, new Ports("p", 4));
    mmio.register(0x1000, 8, new Addresses("m", 8));
    pio.writeByte(0x101, 0x1ff);
    mmio.writeInt(0x1004, -1);

    assertEquals(1, pio.readByte(0x101));
    assertEquals(4, mmio.readInt(0x1004));
    assertTrue(
        calls.containsAll(List.of("p write 1/1 ff", "m write 4/4 ffffffff")), calls::toString);
  }

  private static String prefix(String call) {
    return call.startsWith("p write 0/4") ? call : call.substring(0, call.lastIndexOf(' '));
  }

  private static PioHandler constant(int value) {
    return new PioHandler() {
      @Override
      public int read(int offset, int size) {
        return value;
      }

      @Override
      public void write(int offset, int size, int value) {}
    };
  }

  /** Answers the offset. */
  private final class Ports implements PioHandler {
    private final String name;
    private final int width;

    private Ports(String name, int width) {
      this.name = name;
      this.width = width;
    }

    @Override
    public int read(int offset, int size) {
      calls.add("%s read %d/%d".formatted(name, offset, size));
      return offset;
    }

    @Override
    public void write(int offset, int size, int value) {
      calls.add("%s write %d/%d %x".formatted(name, offset, size, value));
    }

    @Override
    public int maxAccessBytes() {
      return width;
    }
  }

  /** Answers the offset. */
  private final class Addresses implements MmioHandler {
    private final String name;
    private final int width;

    private Addresses(String name, int width) {
      this.name = name;
      this.width = width;
    }

    @Override
    public long read(long offset, int size) {
      calls.add("%s read %d/%d".formatted(name, offset, size));
      return offset;
    }

    @Override
    public void write(long offset, int size, long value) {
      calls.add("%s write %d/%d %x".formatted(name, offset, size, value));
    }

    @Override
    public int maxAccessBytes() {
      return width;
    }
  }
}
