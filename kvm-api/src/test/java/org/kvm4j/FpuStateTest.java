package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FpuStateTest {

  private static final FpuState INITIAL = FpuState.initial();

  @Test
  void theInitialState_isThatOfFninit() {
    assertEquals(0x37f, INITIAL.fcw());
    assertEquals(0x1f80, INITIAL.mxcsr());
    assertEquals(FpuState.FPR_BYTES, INITIAL.fpr().length);
    assertEquals(FpuState.XMM_BYTES, INITIAL.xmm().length);
  }

  @Test
  void statesWithTheSameBytes_areEqual() {
    assertEquals(INITIAL, FpuState.initial());
    assertEquals(INITIAL.hashCode(), FpuState.initial().hashCode());
  }

  @Test
  void everyField_countsForEquality() {
    byte[] fpr = new byte[FpuState.FPR_BYTES];
    byte[] xmm = new byte[FpuState.XMM_BYTES];
    byte[] otherFpr = fpr.clone();
    byte[] otherXmm = xmm.clone();
    otherFpr[127] = 1;
    otherXmm[255] = 1;
    Set<FpuState> different =
        Set.of(
            new FpuState(fpr, 0, 0, 0, 0, 0, 0, xmm, 0),
            new FpuState(otherFpr, 0, 0, 0, 0, 0, 0, xmm, 0),
            new FpuState(fpr, 1, 0, 0, 0, 0, 0, xmm, 0),
            new FpuState(fpr, 0, 1, 0, 0, 0, 0, xmm, 0),
            new FpuState(fpr, 0, 0, 1, 0, 0, 0, xmm, 0),
            new FpuState(fpr, 0, 0, 0, 1, 0, 0, xmm, 0),
            new FpuState(fpr, 0, 0, 0, 0, 1, 0, xmm, 0),
            new FpuState(fpr, 0, 0, 0, 0, 0, 1, xmm, 0),
            new FpuState(fpr, 0, 0, 0, 0, 0, 0, otherXmm, 0),
            new FpuState(fpr, 0, 0, 0, 0, 0, 0, xmm, 1));

    assertEquals(10, different.size()); // Set.of refuses two that are equal
    assertNotEquals(INITIAL, new Object());
  }

  @Test
  void arrays_areCopiedInAndOut() {
    byte[] fpr = new byte[FpuState.FPR_BYTES];
    byte[] xmm = new byte[FpuState.XMM_BYTES];
    FpuState state = new FpuState(fpr, 0, 0, 0, 0, 0, 0, xmm, 0);
    fpr[0] = 1;
    xmm[0] = 1;
    state.fpr()[1] = 1;
    state.xmm()[1] = 1;

    assertEquals(new FpuState(new byte[128], 0, 0, 0, 0, 0, 0, new byte[256], 0), state);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 127, 129})
  void registersOfAnotherLength_areRefused(int length) {
    assertEquals(
        "fpr has %d bytes, not 128".formatted(length),
        assertThrows(
                IllegalArgumentException.class,
                () -> new FpuState(new byte[length], 0, 0, 0, 0, 0, 0, new byte[256], 0))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new FpuState(new byte[128], 0, 0, 0, 0, 0, 0, new byte[length], 0));
  }
}
