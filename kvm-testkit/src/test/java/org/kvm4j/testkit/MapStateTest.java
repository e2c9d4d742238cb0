package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.kvm4j.device.DeviceStateException;

class MapStateTest {

  private final MapState state =
      new MapState()
          .put("int", 5)
          .put("long", 5L)
          .put("flag", true)
          .put("bytes", new byte[] {1, 2});

  @Test
  void values_comeBackAsTheyWerePut() {
    assertEquals(5, state.intValue("int", 5, 5));
    assertEquals(5L, state.longValue("long", 5, 5));
    assertTrue(state.booleanValue("flag"));
    assertArrayEquals(new byte[] {1, 2}, state.bytes("bytes", 2));
  }

  @Test
  void missingKey_otherType_andValueOutside_areRefused() {
    assertRefused("'none' is missing", () -> state.intValue("none", 0, 9));
    assertRefused("'long' is of type Long", () -> state.intValue("long", 0, 9));
    assertRefused("'int' is of type Integer", () -> state.longValue("int", 0, 9));
    assertRefused("'int' is of type Integer", () -> state.booleanValue("int"));
    assertRefused("'flag' is of type Boolean", () -> state.bytes("flag", 9));
    assertRefused("'int' is 5. It must be 6 to 9", () -> state.intValue("int", 6, 9));
    assertRefused("'long' is 5. It must be 0 to 4", () -> state.longValue("long", 0, 4));
    assertRefused("At most 1 are allowed", () -> state.bytes("bytes", 1));
  }

  @Test
  void boundsThatHoldNothing_areAMistakeOfTheDevice() {
    assertThrows(IllegalArgumentException.class, () -> state.intValue("int", 9, 0));
  }

  @Test
  void sameKeyTwice_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> state.put("int", 1L));
  }

  @Test
  void bytes_areCopied_inAndOut() {
    byte[] bytes = {7};
    state.replace("bytes", bytes);
    bytes[0] = 0;
    state.bytes("bytes", 1)[0] = 0;

    assertArrayEquals(new byte[] {7}, state.bytes("bytes", 1));
  }

  @Test
  void equality_isByTypeAndValue() {
    assertEquals(state, state.copy());
    assertEquals(state.hashCode(), state.copy().hashCode());
    assertNotEquals(state, state.copy().replace("int", 5L));
    assertNotEquals(state, state.copy().replace("bytes", new byte[] {1, 3}));
    assertNotEquals(state, state.copy().remove("flag"));
  }

  @Test
  void differences_nameKeyAndBothValues() {
    MapState other = state.copy().replace("int", 6).remove("flag").put("more", 1L);

    assertEquals(
        List.of("flag: true, other missing", "int: 5, other 6", "more: missing, other 1"),
        state.differences(other));
  }

  @Test
  void changingACopy_leavesTheOriginal() {
    state.copy().remove("int");

    assertEquals(5, state.intValue("int", 0, 9));
  }

  @Test
  void sizeBytes_growsWithBytes() {
    int before = state.sizeBytes();
    state.replace("bytes", new byte[1002]);

    assertEquals(before + 1000, state.sizeBytes());
  }

  private static void assertRefused(String part, Executable question) {
    String message = assertThrows(DeviceStateException.class, question).getMessage();
    assertTrue(message.contains(part), message);
  }
}
