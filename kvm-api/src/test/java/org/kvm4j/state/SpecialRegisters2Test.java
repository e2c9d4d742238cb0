package org.kvm4j.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/** Special registers with page-directory pointers: all four or none, and no interrupt bitmap. */
final class SpecialRegisters2Test {

  @Test
  void pdptrs_areFourOrNone() {
    assertEquals(List.of(), new SpecialRegisters2(registers(0), List.of()).pdptrs());
    assertEquals(4, new SpecialRegisters2(registers(0), List.of(1L, 2L, 3L, 4L)).pdptrs().size());
    assertThrows(
        IllegalArgumentException.class,
        () -> new SpecialRegisters2(registers(0), List.of(1L, 2L, 3L)));
  }

  @Test
  void anInterruptThatTheStructCannotHold_isRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new SpecialRegisters2(registers(1), List.of()));
  }

  private static SpecialRegisters registers(long bitmapWord) {
    Segment segment = Segment.data32(0x10);
    DescriptorTable table = new DescriptorTable(0, 0);
    return new SpecialRegisters(
        segment,
        segment,
        segment,
        segment,
        segment,
        segment,
        segment,
        segment,
        table,
        table,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        List.of(0L, 0L, bitmapWord, 0L));
  }
}
