package org.kvm4j.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.state.VcpuEvents.ExceptionEvent;
import org.kvm4j.state.VcpuEvents.InterruptEvent;
import org.kvm4j.state.VcpuEvents.NmiEvent;
import org.kvm4j.state.VcpuEvents.Part;
import org.kvm4j.state.VcpuEvents.SmiEvent;

/** What the smaller records refuse, and which parts of events count. */
final class StateRecordsTest {

  @Test
  void aPartThatIsSet_counts() {
    VcpuEvents none = VcpuEvents.NONE;

    assertEquals(Set.of(), none.valid());
    assertEquals(Set.of(Part.SHADOW), none.withInterrupt(none.interrupt()).valid());
    assertEquals(Set.of(Part.NMI_PENDING), none.withNmi(none.nmi()).valid());
    assertEquals(Set.of(Part.SIPI_VECTOR), none.withSipiVector(9).valid());
    assertEquals(Set.of(Part.SMM), none.withSmi(none.smi()).valid());
    assertEquals(Set.of(Part.TRIPLE_FAULT), none.withTripleFaultPending(true).valid());
    assertEquals(Set.of(), none.withException(exception(true, false, 6)).valid());
    assertEquals(Set.of(Part.PAYLOAD), none.withException(exception(false, true, 6)).valid());
  }

  @Test
  void partsThatAreSet_addUp() {
    VcpuEvents events =
        VcpuEvents.NONE
            .withInterrupt(new InterruptEvent(true, 0x30, false, 0))
            .withNmi(new NmiEvent(false, true, false))
            .withSmi(new SmiEvent(false, true, false, false));

    assertEquals(1 | 4 | 8, events.flags());
    assertEquals(events.valid(), VcpuEvents.partsOf(1 | 4 | 8 | 0x4000));
    assertEquals(0x30, events.interrupt().vector());
    assertTrue(events.nmi().pending() && events.smi().pending());
  }

  @ParameterizedTest
  @CsvSource({"true, 2", "true, 32", "false, 256", "false, -1"})
  void vectorsThatAreNoException_areRefused(boolean injected, int vector) {
    assertThrows(IllegalArgumentException.class, () -> exception(injected, false, vector));
    assertThrows(IllegalArgumentException.class, () -> exception(false, injected, vector));
  }

  @Test
  void vectorsBeyondAByte_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new InterruptEvent(false, 256, false, 0));
    assertThrows(IllegalArgumentException.class, () -> new InterruptEvent(false, 0, false, -1));
    assertThrows(IllegalArgumentException.class, () -> VcpuEvents.NONE.withSipiVector(0x100));
  }

  @Test
  void reservedHalvesOfDebugRegisters_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new DebugRegisters(0, 0, 0, 0, 1L << 32, 0));
    assertThrows(IllegalArgumentException.class, () -> new DebugRegisters(0, 0, 0, 0, 0, -1));
    assertEquals(-1, new DebugRegisters(-1, 0, 0, 0, 0xffff_ffffL, 0xffff_ffffL).dr0());
  }

  @Test
  void nestedState_tellsItsHeader() {
    byte[] bytes = header(130, 130);
    bytes[1] = 1; // flag 0x100, GIF
    bytes[2] = 1; // SVM

    NestedState state = new NestedState(bytes);

    assertEquals(0x100, state.flags());
    assertEquals(1, state.format());
    assertEquals(130, state.sizeBytes());
    assertEquals(state, new NestedState(state.bytes()));
  }

  @ParameterizedTest
  @ValueSource(ints = {127, 129, 0, -1})
  void nestedState_whoseHeaderTellsAnotherSize_isRefused(int size) {
    assertThrows(IllegalArgumentException.class, () -> new NestedState(header(128, size)));
  }

  @Test
  void nestedState_ofASizeThatCannotBe_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new NestedState(new byte[127]));
    assertThrows(
        IllegalArgumentException.class,
        () -> new NestedState(header(NestedState.MAX_BYTES + 1, NestedState.MAX_BYTES + 1)));
  }

  private static byte[] header(int length, int size) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[4 + i] = (byte) (size >>> (i * Byte.SIZE));
    }
    return bytes;
  }

  private static ExceptionEvent exception(boolean injected, boolean pending, int vector) {
    return new ExceptionEvent(injected, pending, vector, OptionalInt.empty(), OptionalLong.empty());
  }
}
