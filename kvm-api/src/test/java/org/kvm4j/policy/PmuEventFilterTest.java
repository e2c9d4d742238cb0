package org.kvm4j.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.policy.PmuEventFilter.Action;

/** Events as the kernel writes them, and no more of them than it takes. */
final class PmuEventFilterTest {

  @Test
  void anEvent_hasItsSelectInTwoParts_andItsUnitMaskBetween() {
    assertEquals(0xa_0000_25bcL, PmuEventFilter.event(0xabc, 0x25));
  }

  @Test
  void aMaskedEvent_hasMaskAndExclusionAtTheTop() {
    assertEquals(0xf100_000a_0000_25bcL, PmuEventFilter.maskedEvent(0xabc, 0xf1, 0x25, false));
    assertEquals(0xf180_000a_0000_25bcL, PmuEventFilter.maskedEvent(0xabc, 0xf1, 0x25, true));
  }

  @ParameterizedTest
  @CsvSource({"0x1000, 0", "-1, 0", "0, 0x100", "0, -1"})
  void aNumberThatDoesNotFit_isRefused(int select, int unitMask) {
    assertThrows(IllegalArgumentException.class, () -> PmuEventFilter.event(select, unitMask));
    assertThrows(
        IllegalArgumentException.class,
        () -> PmuEventFilter.maskedEvent(select, unitMask, 0, false));
    assertThrows(
        IllegalArgumentException.class,
        () -> PmuEventFilter.maskedEvent(select, 0, unitMask, false));
  }

  @Test
  void moreThan300Events_areRefused() {
    List<Long> most = Collections.nCopies(300, 0xc0L);
    assertEquals(300, new PmuEventFilter(Action.DENY, most, 0, false).events().size());

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new PmuEventFilter(Action.DENY, Collections.nCopies(301, 0xc0L), 0, false));

    assertEquals(
        "301 events in a PMU filter: KVM takes at most 300, so use masked events",
        refused.getMessage());
  }
}
