package org.kvm4j.msr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters that the kernel would refuse, or misread. */
final class MsrFilterTest {

  private static final EnumSet<MsrDirection> BOTH = EnumSet.allOf(MsrDirection.class);

  @ParameterizedTest
  @CsvSource({
    "0x174, 0, '0 MSRs from 0x174 on: use 1 to 12288 in a range'",
    "0x174, -1, '-1 MSRs from 0x174 on: use 1 to 12288 in a range'",
    "0, 12289, '12289 MSRs from 0x0 on: use 1 to 12288 in a range'",
    "-2, 3, '3 MSRs from 0xfffffffe on: end the range at 0xffffffff'",
  })
  void aRangeOutOfBounds_isRefused(int first, int count, String message) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> MsrRange.denying(first, count));

    assertEquals(message, refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> MsrRange.allowing(first, count));
  }

  @Test
  void theLastIndex_canBeInARange() {
    assertEquals(2, MsrRange.allowing(-2, 2).count());
  }

  @Test
  void aRangeWithoutDirection_isRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new MsrRange(0x10, 1, EnumSet.noneOf(MsrDirection.class), new BitSet()));

    assertEquals("1 MSRs from 0x10 on: name reads, writes or both", refused.getMessage());
  }

  @Test
  void aBitBeyondTheRange_isRefused() {
    BitSet bits = new BitSet();
    bits.set(4);

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new MsrRange(0x10, 4, BOTH, bits));

    assertEquals(
        "4 MSRs from 0x10 on: bit 4 of the bitmap is outside, leave it clear",
        refused.getMessage());
    assertTrue(new MsrRange(0x10, 5, BOTH, bits).allowed().get(4));
  }

  @Test
  void aRange_isNotChangedByWhatItWasMadeFrom_orByWhatItGivesOut() {
    BitSet bits = new BitSet();
    MsrRange range = new MsrRange(0x10, 4, BOTH, bits);

    bits.set(0);
    range.allowed().set(1);

    assertEquals(MsrRange.denying(0x10, 4), range);
  }

  @Test
  void aFilterThatDeniesEverything_isRefused() {
    assertThrows(IllegalArgumentException.class, MsrFilter::denyingOthers);
  }

  @Test
  void moreThanSixteenRanges_areRefused() {
    MsrRange one = MsrRange.denying(0x10, 1);
    assertEquals(16, new MsrFilter(true, Collections.nCopies(16, one)).ranges().size());

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new MsrFilter(true, Collections.nCopies(17, one)));

    assertEquals("17 ranges of MSRs: KVM takes at most 16, so join some", refused.getMessage());
  }

  @Test
  void reasons_areFoundByNumber() {
    for (MsrExitReason reason : MsrExitReason.values()) {
      assertEquals(Optional.of(reason), MsrExitReason.of(reason.number()));
    }
    assertEquals(Optional.empty(), MsrExitReason.of(0));
    assertEquals(Optional.empty(), MsrExitReason.of(3));
  }
}
