package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.FakeGuestMemory;

final class ProbeImageTest {

  private static final int GATE_OF_INVALID_OPCODE = 0x6000 + 6 * 16;
  private static final byte[] UD2 = {0x0f, 0x0b};

  private final FakeGuestMemory memory = new FakeGuestMemory((int) ProbeImage.RAM_BYTES);

  @Test
  void code_isFollowedByAWriteOfTheMarkPort() {
    new ProbeImage(UD2, Optional.empty()).write(memory);

    // ud2; out 0xf4, al; hlt
    assertBytes("0f0be6f4f4", ProbeImage.registers().rip());
  }

  @Test
  void exception_isReportedWithItsVector() {
    new ProbeImage(UD2, Optional.empty()).write(memory);

    // mov al, 6; out 0xf5, al; hlt
    assertBytes("b006e6f5f4", handlerOfInvalidOpcode());
  }

  @Test
  void expectedException_takesThePlaceOfTheEnd() {
    new ProbeImage(UD2, Optional.of(Vector.INVALID_OPCODE)).write(memory);

    assertBytes("e6f4f4", handlerOfInvalidOpcode());
    // mov al, 0xff; out 0xf5, al; hlt
    assertBytes("0f0bb0ffe6f5f4", ProbeImage.registers().rip());
  }

  @Test
  void gate_isPresentForUserModeToo() {
    new ProbeImage(UD2, Optional.empty()).write(memory);

    assertEquals(0xee00, memory.readShort(GATE_OF_INVALID_OPCODE + 4));
    assertEquals(0x10, memory.readShort(GATE_OF_INVALID_OPCODE + 2));
  }

  private long handlerOfInvalidOpcode() {
    return memory.readShort(GATE_OF_INVALID_OPCODE);
  }

  private void assertBytes(String hex, long address) {
    byte[] expected = HexFormat.of().parseHex(hex);
    assertArrayEquals(expected, memory.read(address, expected.length));
  }
}
