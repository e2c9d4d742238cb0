package org.kvm4j.core.kvm;

import java.util.List;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/** Registers whose fields all differ, so that a swapped offset is noticed. */
final class DistinctRegisters {

  private DistinctRegisters() {}

  static SpecialRegisters special(List<Long> pendingInterrupts) {
    return new SpecialRegisters(
        segment(1),
        segment(2),
        segment(3),
        segment(4),
        segment(5),
        segment(6),
        segment(7),
        segment(8),
        new DescriptorTable(0xffff_8000_0000_1000L, 0xffff),
        new DescriptorTable(0x2000, 0x3ff),
        0x8000_0011L,
        0x1234_5678_9abcL,
        0x3000,
        0x20,
        8,
        0xd01,
        0xfee0_0900L,
        pendingInterrupts);
  }

  /** All fields differ from segment to segment, and each flag is both true and false somewhere. */
  private static Segment segment(int n) {
    return new Segment(
        n * 0x1_0000_0001L,
        -n,
        0xfff0 + n,
        n,
        n % 2 == 0,
        n % 4,
        n % 3 == 0,
        n % 4 < 2,
        n % 5 == 0,
        n % 3 == 1,
        n % 7 < 3,
        n == 8);
  }
}
