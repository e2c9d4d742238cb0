package org.kvm4j.core.disassembly;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The structure as the compiler lays it out; HostCapstoneTest sees that the library agrees. */
final class CsInsnTest {

  private static ByteBuffer array(CsInsn layout, int count) {
    return ByteBuffer.allocate(count * layout.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Offsets by hand: 18 bytes, the code, 32, 160, padding to 8, a pointer. */
  @ParameterizedTest
  @CsvSource({"V4, 34, 66, 240", "V5, 42, 74, 248"})
  void fields_areWhereCPutsThem(CsInsn layout, int mnemonic, int opStr, int sizeBytes) {
    assertEquals(sizeBytes, layout.sizeBytes());

    ByteBuffer array = array(layout, 2);
    int at = sizeBytes;
    array.putLong(at + 8, 0xffff_8000_0000_1000L).putShort(at + 16, (short) 3);
    array.put(at + mnemonic, new byte[] {'m', 'o', 'v'});
    array.put(at + opStr, new byte[] {'e', 'a', 'x', ',', ' ', '1'});

    assertEquals(new Instruction(0xffff_8000_0000_1000L, 3, "mov eax, 1"), layout.read(array, 1));
    assertEquals(new Instruction(0, 0, ""), layout.read(array, 0));
  }

  @ParameterizedTest
  @EnumSource(CsInsn.class)
  void textWithoutEndOrWithControls_staysInItsFieldAndOnItsLine(CsInsn layout) {
    ByteBuffer array = array(layout, 1);
    for (int at = 0; at < array.limit(); at++) {
      array.put(at, (byte) 0x1b);
    }

    assertEquals("?".repeat(32) + " " + "?".repeat(160), layout.read(array, 0).text());
  }

  @Test
  void otherVersions_areUnknown() {
    assertEquals(Optional.of(CsInsn.V4), CsInsn.of(0x400));
    assertEquals(Optional.of(CsInsn.V5), CsInsn.of(0x501));
    assertEquals(Optional.empty(), CsInsn.of(0x300));
    assertEquals(Optional.empty(), CsInsn.of(0x600));
  }
}
