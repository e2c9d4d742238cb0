package org.kvm4j.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceStateTest {

  private final DeviceState state = new DeviceState();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 5})
  void bits_ofTheMask_areTaken(int value) {
    state.put("lcr", value);

    assertEquals(value, state.bits("lcr", 5));
  }

  @Test
  void aBitOutsideTheMask_isRefused_byName() {
    state.put("lcr", 2);

    DeviceStateException e = assertThrows(DeviceStateException.class, () -> state.bits("lcr", 5));
    assertEquals(
        "Saved lcr=0x2 is refused: only the bits 0x5 exist. Take an intact state.", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 6})
  void aNumberOutsideTheMasksRange_isRefused(int value) {
    state.put("lcr", value);

    assertThrows(DeviceStateException.class, () -> state.bits("lcr", 5));
  }

  @Test
  void bytes_ofTheLength_areTaken() {
    state.put("cmos", new byte[] {1, 2});

    assertArrayEquals(new byte[] {1, 2}, state.bytesExactly("cmos", 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void bytes_ofAnotherLength_areRefused(int length) {
    state.put("cmos", new byte[length]);

    assertThrows(DeviceStateException.class, () -> state.bytesExactly("cmos", 2));
  }
}
