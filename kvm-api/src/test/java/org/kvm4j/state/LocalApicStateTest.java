package org.kvm4j.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The local APIC's registers by the offsets of Intel SDM volume 3, table 11-1. */
final class LocalApicStateTest {

  private static final LocalApicState EMPTY =
      new LocalApicState(new byte[LocalApicState.SIZE_BYTES]);

  @Test
  void namedRegisters_areWhereTheManualHasThem() {
    LocalApicState state =
        EMPTY
            .withRegister(0x20, 0x0500_0000)
            .withRegister(0x30, 0x0005_0014)
            .withRegister(0x80, 0x30)
            .withRegister(0xf0, 0x1ff)
            .withRegister(0x320, 0x2_00ec)
            .withRegister(0x350, 0x700)
            .withRegister(0x360, 0x400);

    assertEquals(5, state.id());
    assertEquals(0x14, state.version());
    assertEquals(0x30, state.taskPriority());
    assertEquals(0x1ff, state.spuriousVector());
    assertEquals(0x2_00ec, state.lvtTimer());
    assertEquals(0x700, state.lvtLint0());
    assertEquals(0x400, state.lvtLint1());
  }

  @Test
  void withers_changeTheirRegisterAlone() {
    LocalApicState state =
        EMPTY
            .withTaskPriority(0x40)
            .withSpuriousVector(0x1fe)
            .withLvtTimer(0x1_0000)
            .withLvtLint0(0x701)
            .withLvtLint1(0x402);

    assertEquals(0x40, state.register(0x80));
    assertEquals(0x1fe, state.register(0xf0));
    assertEquals(0x1_0000, state.register(0x320));
    assertEquals(0x701, state.register(0x350));
    assertEquals(0x402, state.register(0x360));
    assertEquals(0, EMPTY.spuriousVector(), "the first is unchanged");
    assertNotEquals(EMPTY, state);
    assertEquals(EMPTY, new LocalApicState(EMPTY.registers()));
  }

  @ParameterizedTest
  @ValueSource(ints = {-16, 0x400, 0x81, 0x84})
  void offsetsWithoutARegister_areRefused(int offset) {
    assertThrows(IllegalArgumentException.class, () -> EMPTY.register(offset));
    assertThrows(IllegalArgumentException.class, () -> EMPTY.withRegister(offset, 0));
  }

  @Test
  void anotherNumberOfBytes_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new LocalApicState(new byte[1023]));
  }
}
