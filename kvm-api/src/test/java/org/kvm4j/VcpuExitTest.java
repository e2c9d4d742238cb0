package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an exit makes of the words that the kernel gave. */
final class VcpuExitTest {

  private static final long BYTES_1_TO_7 = 0x0706_0504_0302_0100L;
  private static final long BYTES_8_TO_15 = 0x0f0e_0d0c_0b0a_0908L;

  @Test
  void instructionBytes_areThoseThatKvmFetched() {
    assertArrayEquals(new byte[] {1, 2, 3}, emulation(1, BYTES_1_TO_7 | 3).instructionBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 0x80, 0xff})
  void instructionBytes_areNeverMoreThanTheStructHolds(int size) {
    assertArrayEquals(
        new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        emulation(1, BYTES_1_TO_7 | size).instructionBytes());
  }

  @Test
  void withoutTheFlag_thereAreNoInstructionBytes() {
    assertEquals(0, emulation(2, BYTES_1_TO_7 | 3).instructionBytes().length);
  }

  @Test
  void withoutEnoughWords_thereAreNoInstructionBytes_whateverTheFlagSays() {
    for (List<Long> words : List.of(List.<Long>of(), List.of(1L), List.of(1L, 3L))) {
      assertEquals(
          0,
          new VcpuExit.InternalError(VcpuExit.InternalError.EMULATION, words)
              .instructionBytes()
              .length);
    }
  }

  @Test
  void anotherSuberror_hasNoInstructionBytes() {
    assertEquals(0, new VcpuExit.InternalError(2, List.of(1L, 3L, 0L)).instructionBytes().length);
  }

  @Test
  void anUnknownExit_showsItsWordsInHex_withoutTheZerosAtTheEnd() {
    assertEquals(
        "Unknown[reason=40, words=[0x1, 0x0, 0xffffffffffffffff]]",
        new VcpuExit.Unknown(40, List.of(1L, 0L, -1L, 0L, 0L)).toString());
    assertEquals(
        "Unknown[reason=34, words=[]]",
        new VcpuExit.Unknown(34, Collections.nCopies(VcpuExit.Unknown.WORDS, 0L)).toString());
  }

  private static VcpuExit.InternalError emulation(long flags, long sizeAndBytes) {
    return new VcpuExit.InternalError(
        VcpuExit.InternalError.EMULATION, List.of(flags, sizeAndBytes, BYTES_8_TO_15, -1L));
  }
}
