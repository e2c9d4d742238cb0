package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.pit.PitGuest.BOTH_BYTES;
import static org.kvm4j.devices.pit.PitGuest.CONTROL;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;

class PitStateTest {

  private final PitGuest guest = new PitGuest();
  private final MockMachine younger = MockMachine.with(new PitProvider());

  @AfterEach
  void close() {
    guest.close();
    younger.close();
  }

  @Test
  void restoredPit_ticksOnInPhase_onAClockThatStartsAnew() {
    guest.start16(0, 2, 1000);
    guest.pulses(401);
    younger.device().restore(MapState.of(guest.machine().device()));
    younger.line(0).clearEdges();
    younger.clock().advanceTo(PitGuest.nanosOf(600) - 1);
    assertEquals(0, younger.line(0).risingEdges());
    younger.clock().advanceTo(PitGuest.nanosOf(600));
    assertEquals(1, younger.line(0).risingEdges());
    younger.clock().advanceTo(PitGuest.nanosOf(2600));
    assertEquals(3, younger.line(0).risingEdges());
  }

  @Test
  void restoredLine_hasTheSavedLevel() {
    guest.mode(0, BOTH_BYTES, 2);
    younger.device().restore(MapState.of(guest.machine().device()));
    assertTrue(younger.line(0).isHigh());
    assertEquals(1, younger.line(0).edges());
  }

  @Test
  void edgeStillDue_isDeliveredAfterTheRestore_once() {
    guest.start16(0, 2, 1000);
    guest.pulses(401);
    MapState state =
        MapState.of(guest.machine().device())
            .replace("interrupt.edgeDue", true)
            .replace("interrupt.wakeIn", 0);
    younger.device().restore(state);
    assertEquals(state, MapState.of(younger.device()));
    younger.line(0).clearEdges();
    younger.clock().advance(0);
    assertEquals(1, younger.line(0).risingEdges());
    younger.clock().advanceTo(PitGuest.nanosOf(600) - 1);
    assertEquals(1, younger.line(0).risingEdges());
  }

  @Test
  void everythingBetweenTwoBytes_survives() {
    guest.gate(true);
    guest.start16(2, 2, 0x1234);
    guest.pulses(1);
    guest.out(CONTROL, PitGuest.READ_BACK_BOTH | 8);
    guest.count(2, 0x78);
    younger.device().restore(MapState.of(guest.machine().device()));

    assertEquals(0x80 | BOTH_BYTES | 2 << 1, younger.pio().read(0x42, 1));
    assertEquals(0x34, younger.pio().read(0x42, 1));
    younger.device().restore(MapState.of(younger.device()));
    assertEquals(0x12, younger.pio().read(0x42, 1));
    younger.pio().write(0x42, 1, 0x56);
    younger.clock().advanceTo(PitGuest.nanosOf(0x1234));
    assertEquals(0x78, younger.pio().read(0x42, 1));
    assertEquals(0x56, younger.pio().read(0x42, 1));
  }

  @Test
  void strobeThatIsOver_doesNotComeBack() {
    guest.gate(true);
    guest.start16(2, 4, 1);
    guest.pulses(2);
    assertFalse(guest.out2());
    guest.gate(false);
    guest.pulses(1);
    assertTrue(guest.out2());
    younger.device().restore(MapState.of(guest.machine().device()));
    assertEquals(0x20, younger.pio().read(0x61, 1) & 0x20);
    younger.pio().write(0x61, 1, 1);
    assertEquals(0x20, younger.pio().read(0x61, 1) & 0x20);
  }

  @Test
  void limitOnShortPeriods_survives() {
    guest.start16(0, 2, 2);
    guest.pulses(500);
    assertSurvives(guest);
  }

  @Test
  void restoredState_isEqual_whateverTheModeAndGate() {
    for (int mode = 0; mode < 8; mode++) {
      for (boolean gate : new boolean[] {false, true}) {
        guest.gate(!gate);
        guest.start16(2, mode, 7);
        guest.pulses(3);
        guest.gate(gate);
        assertSurvives(guest);
        guest.count16(2, 9);
        assertSurvives(guest);
        guest.pulses(2);
        assertSurvives(guest);
        guest.count(2, 1);
        assertSurvives(guest);
      }
    }
  }

  @Test
  void reset_silencesEverything() {
    guest.start16(0, 2, 1000);
    guest.start16(2, 3, 1000);
    guest.gate(true);
    guest.pulses(5000);
    guest.machine().reset();
    assertFalse(guest.line().isHigh());
    assertEquals(0, guest.clock().armedTimers());
    assertEquals(0, guest.in(0x61) & ~0x10);
    assertEquals("0L", guest.look(0));
    assertEquals(MapState.of(younger.device()), MapState.of(guest.machine().device()));
  }

  @Test
  void reset_endsTheLimitOnShortPeriods() {
    guest.start16(0, 2, 2);
    guest.pulses(500);
    guest.machine().reset();
    assertEquals(MapState.of(younger.device()), MapState.of(guest.machine().device()));
  }

  @Test
  void reset_lowersTheGateOfCounter2() {
    guest.gate(true);
    guest.machine().reset();
    guest.start16(2, 0, 3);
    assertEquals("3L 3L", guest.watch(2, 2));
  }

  static Stream<Arguments> unsoundStates() {
    return Stream.of(
        unsound("port B", s -> s.replace("portB", 0x10)),
        unsound("no RW", s -> s.replace("counter0.control", 0x04)),
        unsound("two-bit control", s -> s.replace("counter0.control", 0x74)),
        unsound("17-bit count", s -> s.replace("counter1.countRegister", 0x1_0000)),
        unsound("byte", s -> s.replace("counter2.leastSignificantByte", 0x100)),
        unsound("latched count", s -> s.replace("counter2.latchedCount", -2)),
        unsound("latched status", s -> s.replace("counter2.latchedStatus", 0x100)),
        unsound("negative position", s -> s.replace("counter0.position", -1L)),
        unsound("huge position", s -> s.replace("counter0.position", Long.MAX_VALUE)),
        unsound("zero period", s -> s.replace("counter0.initialCount", 0)),
        unsound("period of one", s -> s.replace("counter0.initialCount", 1)),
        unsound("long period", s -> s.replace("counter0.initialCount", 0x1_0001)),
        unsound(
            "BCD period",
            s -> s.replace("counter0.control", 0x35).replace("counter0.initialCount", 16_666)),
        unsound("gate tied high", s -> s.replace("counter0.stopped", true)),
        unsound("gate low", s -> s.replace("counter2.stopped", false)),
        unsound("counts without count", s -> s.replace("counter0.countWritten", false)),
        unsound("not null without count", s -> s.replace("counter1.nullCount", false)),
        unsound("load without count", s -> s.replace("counter1.loadPending", true)),
        unsound("one of two, of one", s -> s.replace("counter1.mostSignificantNext", true)),
        unsound("unloaded mode 2 with count", s -> s.replace("counter0.loaded", false)),
        unsound("wake", s -> s.replace("interrupt.wakeIn", Integer.MAX_VALUE)),
        unsound("silence", s -> s.replace("interrupt.noPeriodicWakeFor", 240)),
        unsound("missing", s -> s.remove("interrupt.high")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unsoundStates")
  void unsoundState_isRefused_andChangesNothing(String name, UnaryOperator<MapState> change) {
    guest.start16(0, 2, 1000);
    guest.start16(2, 3, 1000);
    guest.mode(1, PitGuest.LSB_ONLY, 0);
    guest.pulses(10);
    MapState good = MapState.of(guest.machine().device());
    younger.device().restore(good);
    MapState before = MapState.of(younger.device());
    MapState bad = change.apply(good.copy());
    assertThrows(DeviceStateException.class, () -> younger.device().restore(bad), name);
    assertEquals(before, MapState.of(younger.device()));
  }

  private void assertSurvives(PitGuest source) {
    MapState state = MapState.of(source.machine().device());
    younger.device().reset();
    younger.device().restore(state);
    assertEquals(state, MapState.of(younger.device()));
  }

  private static Arguments unsound(String name, UnaryOperator<MapState> change) {
    return Arguments.of(name, change);
  }
}
