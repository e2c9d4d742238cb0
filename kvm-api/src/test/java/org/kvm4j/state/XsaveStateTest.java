package org.kvm4j.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** The XSAVE area by the offsets of Intel SDM volume 1, section 13.4. */
final class XsaveStateTest {

  private static final XsaveState EMPTY = new XsaveState(new byte[XsaveState.MIN_BYTES]);

  @Test
  void legacyRegisters_areWhereTheManualHasThem() {
    byte[] area = new byte[XsaveState.MIN_BYTES];
    for (int i = 0; i < area.length; i++) {
      area[i] = (byte) i;
    }
    XsaveState state = new XsaveState(area);

    assertEquals(0x0100, state.fcw());
    assertEquals(0x0302, state.fsw());
    assertEquals(0x1b1a_1918, state.mxcsr());
    assertEquals((byte) 160, state.xmm(0)[0]);
    assertEquals((byte) (160 + 15 * 16 + 15), state.xmm(15)[15]);
    assertEquals(0x0706_0504_0302_0100L, state.xstateBv());
  }

  @Test
  void aChangedRegister_isMarkedAsInUse() {
    byte[] value = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    XsaveState changed = EMPTY.withXmm(3, value);

    assertArrayEquals(value, changed.xmm(3));
    assertEquals(XsaveState.SSE, changed.xstateBv());
    assertEquals(XsaveState.X87 | XsaveState.SSE, changed.withFcw(0x27f).xstateBv());
    assertEquals(0x1f80, EMPTY.withMxcsr(0x1f80).mxcsr());
    assertEquals(0, EMPTY.xstateBv(), "the first is unchanged");
  }

  @Test
  void areas_areCopied_andEqualByContent() {
    byte[] area = new byte[XsaveState.MIN_BYTES];
    XsaveState state = new XsaveState(area);
    area[0] = 1;
    state.area()[0] = 1;

    assertEquals(EMPTY, state);
    assertEquals(EMPTY.hashCode(), state.hashCode());
    assertNotEquals(EMPTY, new XsaveState(area));
    assertNotEquals(EMPTY, new XsaveState(new byte[8192]));
  }

  @Test
  void sizesAndRegistersThatCannotBe_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new XsaveState(new byte[4095]));
    assertThrows(
        IllegalArgumentException.class, () -> new XsaveState(new byte[XsaveState.MAX_BYTES + 1]));
    assertThrows(IllegalArgumentException.class, () -> EMPTY.xmm(16));
    assertThrows(IllegalArgumentException.class, () -> EMPTY.xmm(-1));
    assertThrows(IllegalArgumentException.class, () -> EMPTY.withXmm(0, new byte[15]));
  }
}
