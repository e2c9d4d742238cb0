package org.kvm4j.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceConflictException;

/** Routing of the port space. */
final class PioSpaceTest {

  private final PioSpace pio = new PioSpace();
  private final RecordingHandler wide = new RecordingHandler(4, 0x10);
  private final RecordingHandler bytes = new RecordingHandler(1, 0xa0);

  @Test
  void firstAndLastPortOfARange_reachTheHandler_andTheirNeighboursDoNot() {
    pio.register(0x3f8, 8, wide.forPorts());

    assertEquals(0x10, pio.read(0x3f8, 1));
    assertEquals(0x17, pio.read(0x3ff, 1));
    assertEquals(0xff, pio.read(0x3f7, 1));
    assertEquals(0xff, pio.read(0x400, 1));
    assertEquals(List.of("read +0/1", "read +7/1"), wide.calls());
  }

  @Test
  void firstAndLastPortThereAre_canBeClaimed() {
    pio.register(0, 1, wide.forPorts());
    pio.register(0xffff, 1, bytes.forPorts());

    assertEquals(0x10, pio.read(0, 1));
    assertEquals(0xa0, pio.read(0xffff, 1));
  }

  @Test
  void theWholePortSpace_canBeOneRange() {
    pio.register(0, 0x1_0000, wide.forPorts());

    pio.write(0xfffc, 4, 0x1234_5678);

    assertEquals(List.of("write +fffc/4=0x12345678"), wide.calls());
  }

  @Test
  void anAccessOverTheEndOfThePortSpace_isSplit_andItsRestIsUnclaimed() {
    pio.register(0xfff0, 0x10, wide.forPorts());

    assertEquals(0xffff_ff1f, pio.read(0xffff, 4));
    pio.write(0xffff, 4, 0x0403_0201);

    assertEquals(List.of("read +f/1", "write +f/1=0x1"), wide.calls());
  }

  @ParameterizedTest
  @CsvSource({"1, 0x12", "2, 0x1312", "4, 0x15141312"})
  void values_areZeroExtendedAndWhole(int size, int expected) {
    pio.register(0x100, 8, wide.forPorts());

    assertEquals(expected, pio.read(0x102, size));
    pio.write(0x102, size, -1);

    assertEquals(
        List.of(
            "read +2/" + size,
            "write +2/%d=0x%x".formatted(size, -1L >>> (Long.SIZE - size * Byte.SIZE))),
        wide.calls());
  }

  @Test
  void aWideAccessToAnEightBitChip_isSplitLowestPortFirst() {
    pio.register(0x100, 8, bytes.forPorts());

    assertEquals(0xa5a4a3a2, pio.read(0x102, 4));
    pio.write(0x102, 2, 0x4241);

    assertEquals(
        List.of(
            "read +2/1",
            "read +3/1",
            "read +4/1",
            "read +5/1",
            "write +2/1=0x41",
            "write +3/1=0x42"),
        bytes.calls());
  }

  @Test
  void anAccessWithinASixteenBitChip_isSplitIntoWords() {
    RecordingHandler words = new RecordingHandler(2, 0x30);
    pio.register(0x1f0, 4, words.forPorts());

    assertEquals(0x33323130, pio.read(0x1f0, 4));

    assertEquals(List.of("read +0/2", "read +2/2"), words.calls());
  }

  @Test
  void anAccessAcrossTwoRanges_asksEachForItsBytes() {
    pio.register(0x100, 2, wide.forPorts());
    pio.register(0x102, 2, bytes.forPorts());

    assertEquals(0xa1a01110, pio.read(0x100, 4));
    pio.write(0x101, 2, 0x2211);

    assertEquals(List.of("read +0/1", "read +1/1", "write +1/1=0x11"), wide.calls());
    assertEquals(List.of("read +0/1", "read +1/1", "write +0/1=0x22"), bytes.calls());
  }

  @Test
  void anAccessThatBeginsBeforeARange_reachesIt() {
    pio.register(0x102, 1, wide.forPorts());

    assertEquals(0xff10_ffff, pio.read(0x100, 4));
    assertEquals(List.of("read +0/1"), wide.calls());
  }

  @ParameterizedTest
  @CsvSource({"1, 0xff", "2, 0xffff", "4, -1"})
  void portsWithoutAnOwner_readAllOnes_andIgnoreWrites(int size, int ones) {
    pio.write(0x80, size, 0);

    assertEquals(ones, pio.read(0x80, size));
  }

  @Test
  void ranges_areFoundInAnyOrderOfRegistration() {
    for (int base : new int[] {0x300, 0x100, 0xff00, 0x0, 0x200, 0x400}) {
      pio.register(base, 0x10, new RecordingHandler(4, base >> 8).forPorts());
    }

    for (int base : new int[] {0x0, 0x100, 0x200, 0x300, 0x400, 0xff00}) {
      assertEquals(base >> 8, pio.read(base, 1));
      assertEquals(base >> 8 & 0xff, pio.read(base + 0xf, 1) - 0xf & 0xff);
      assertEquals(0xff, pio.read(base + 0x10, 1));
    }
  }

  @ParameterizedTest
  @CsvSource({"0x3f8, 8", "0x3ff, 1", "0x3f0, 9", "0x3ff, 0x10", "0, 0x10000"})
  void anOverlap_isRefused_namingBothOwnersAndRanges(int base, int length) {
    pio.register("device serial", 0x3f8, 8, Target.of(wide.forPorts()));

    DeviceConflictException conflict =
        assertThrows(
            DeviceConflictException.class,
            () -> pio.register("device pit", base, length, Target.of(bytes.forPorts())));

    assertEquals(
        "device pit wants ports 0x%x-0x%x, but device serial has ports 0x3f8-0x3ff."
                .formatted(base, base + length - 1)
            + " Give one of them another base.",
        conflict.getMessage());
    assertEquals(0x10, pio.read(0x3f8, 1), "the first owner keeps its ports");
  }

  @Test
  void adjoiningRanges_areNoConflict() {
    pio.register(0x3f8, 8, wide.forPorts());
    pio.register(0x400, 8, bytes.forPorts());
    pio.register(0x3f0, 8, bytes.forPorts());

    assertEquals(0xa7, pio.read(0x3f7, 1));
    assertEquals(0xa0, pio.read(0x400, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "0x3f8, 0",
    "0x3f8, -1",
    "0xffff, 2",
    "0x10000, 1",
    "-1, 1",
    "-1, 2",
    "0, 0x10001",
    "0x7fffffff, 1",
    "0x7fffffff, 0x7fffffff",
    "-2147483648, 2147483647",
  })
  void aRangeThatIsEmptyOrLeavesThePortSpace_isRefused(int base, int length) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> pio.register("device odd", base, length, Target.of(wide.forPorts())))
            .getMessage();

    assertTrue(message.startsWith("device odd: ports from 0x"), message);
    assertTrue(message.endsWith("the range is empty or leaves the address space"), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3, 5, 8, 64})
  void anAccessWidthThatNoPortHas_isRefused(int width) {
    PioHandler handler = new RecordingHandler(width, 0).forPorts();

    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> pio.register("device odd", 0, 8, Target.of(handler)))
            .getMessage();

    assertEquals(
        "device odd: an access width of %d bytes; use a power of two up to 4".formatted(width),
        message);
  }

  @Test
  void unclaimedBytes_areCountedByPort() {
    pio.register(0x82, 1, wide.forPorts());

    pio.read(0x80, 4);
    pio.write(0x80, 1, 0);

    assertEquals(Map.of(0x80L, 2L, 0x81L, 1L, 0x83L, 1L), pio.unclaimed().byAddress());
  }

  @Test
  void unregistering_takesAllRangesOfOneOwnerAway() {
    pio.register("device a", 0x60, 1, Target.of(wide.forPorts()));
    pio.register("device a", 0x64, 1, Target.of(wide.forPorts()));
    pio.register("device b", 0x70, 1, Target.of(wide.forPorts()));

    pio.unregister("device a");

    assertEquals(0xff, pio.read(0x60, 1));
    assertEquals(0xff, pio.read(0x64, 1));
    assertEquals(0x10, pio.read(0x70, 1));
    pio.register("device c", 0x60, 8, Target.of(wide.forPorts()));
  }
}
