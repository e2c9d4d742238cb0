package org.kvm4j.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceConflictException;

/** What differs from ports: 64-bit unsigned addresses, and accesses of 1 to 8 bytes. */
final class MmioSpaceTest {

  private final MmioSpace mmio = new MmioSpace();
  private final RecordingHandler wide = new RecordingHandler(8, 0x10);
  private final RecordingHandler words = new RecordingHandler(4, 0xa0);

  @Test
  void addresses_areUnsigned() {
    mmio.register(0x7fff_ffff_ffff_fff0L, 0x20, wide.forMemory());
    mmio.register(0xffff_ffff_ffff_f000L, 0x1000, words.forMemory());
    mmio.register(0x1000, 0x10, words.forMemory());

    assertEquals(0x10, mmio.read(0x7fff_ffff_ffff_fff0L, 1));
    assertEquals(0x1716_1514_1312_1110L, mmio.read(0x7fff_ffff_ffff_fff0L, 8));
    assertEquals(0x1f, mmio.read(0x7fff_ffff_ffff_ffffL, 1), "below the sign bit");
    assertEquals(0x20, mmio.read(0x8000_0000_0000_0000L, 1), "above it");
    assertEquals(0x9f, mmio.read(0xffff_ffff_ffff_ffffL, 1), "the very last byte");
    assertEquals(0xa0, mmio.read(0x1000, 1));
  }

  @Test
  void anAccessAcrossTheSignBit_isWhole() {
    mmio.register(0x7fff_ffff_ffff_fff0L, 0x20, wide.forMemory());

    assertEquals(0x23_2221_201f_1e1d_1cL, mmio.read(0x7fff_ffff_ffff_fffcL, 8));
    assertEquals(List.of("read +c/8"), wide.calls());
  }

  @Test
  void anAccessOverTheLastAddress_goesOnAtZero() {
    mmio.register(0xffff_ffff_ffff_fffcL, 4, wide.forMemory());

    assertEquals(0xffff_ffff_ffff_1312L, mmio.read(0xffff_ffff_ffff_fffeL, 8));

    assertEquals(1L, mmio.unclaimed().byAddress().get(0L));
    assertEquals(List.of("read +2/1", "read +3/1"), wide.calls());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void powersOfTwo_reachTheHandlerWhole(int size) {
    mmio.register(0xd000_0000L, 0x1000, wide.forMemory());

    long value = mmio.read(0xd000_0000L, size);
    mmio.write(0xd000_0000L, size, -1);

    long sizeMask = -1L >>> (Long.SIZE - size * Byte.SIZE);
    assertEquals(0x1716_1514_1312_1110L & sizeMask, value);
    assertEquals(
        List.of("read +0/" + size, "write +0/%d=0x%x".formatted(size, sizeMask)), wide.calls());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 6, 7})
  void oddSizes_areSplitIntoBytes(int size) {
    mmio.register(0xd000_0000L, 0x1000, wide.forMemory());

    long value = mmio.read(0xd000_0000L, size);
    mmio.write(0xd000_0000L, size, 0x8877_6655_4433_2211L);

    assertEquals(0x1716_1514_1312_1110L & (-1L >>> (Long.SIZE - size * Byte.SIZE)), value);
    assertEquals(2 * size, wide.calls().size());
    assertEquals("read +%d/1".formatted(size - 1), wide.calls().get(size - 1));
    assertEquals(
        "write +%d/1=0x%d%d".formatted(size - 1, size, size), wide.calls().get(2 * size - 1));
  }

  @Test
  void eightBytes_toARegisterFileOfWords_areTwoWords() {
    mmio.register(0xd000_0000L, 0x1000, words.forMemory());

    assertEquals(0xa7a6_a5a4_a3a2_a1a0L, mmio.read(0xd000_0000L, 8));
    mmio.write(0xd000_0000L, 8, 0x8877_6655_4433_2211L);

    assertEquals(
        List.of("read +0/4", "read +4/4", "write +0/4=0x44332211", "write +4/4=0x88776655"),
        words.calls());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void addressesWithoutAnOwner_readAllOnes(int size) {
    mmio.write(0xe000_0000L, size, 0);

    assertEquals(-1L >>> (Long.SIZE - size * Byte.SIZE), mmio.read(0xe000_0000L, size));
  }

  @Test
  void anOverlap_isRefused_namingBothOwnersAndRanges() {
    mmio.register("device hpet", 0xfed0_0000L, 0x400, Target.of(wide.forMemory()));

    DeviceConflictException conflict =
        assertThrows(
            DeviceConflictException.class,
            () -> mmio.register("device tpm", 0xfed0_03ffL, 0x1000, Target.of(words.forMemory())));

    assertEquals(
        "device tpm wants addresses 0xfed003ff-0xfed013fe, but device hpet has addresses"
            + " 0xfed00000-0xfed003ff. Give one of them another base.",
        conflict.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0xd0000000, 0",
    "0xd0000000, -1",
    "-1, 2",
    "-4096, 4097",
    "-4096, 9223372036854775807",
  })
  void aRangeThatIsEmptyOrWrapsAround_isRefused(String base, long length) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> mmio.register(Long.decode(base), length, wide.forMemory()))
            .getMessage();

    assertTrue(message.endsWith("the range is empty or leaves the address space"), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 16})
  void anAccessWidthThatNoBusHas_isRefused(int width) {
    assertThrows(
        IllegalArgumentException.class,
        () -> mmio.register(0, 8, new RecordingHandler(width, 0).forMemory()));
  }
}
