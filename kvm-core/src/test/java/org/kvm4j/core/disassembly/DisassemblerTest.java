package org.kvm4j.core.disassembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done with a Capstone of any version, or with none. */
final class DisassemblerTest {

  private static final String INSTALL =
      " Install libcapstone4 (Debian 12, Ubuntu 24.04), libcapstone5 (newer ones) or capstone"
          + " (Fedora, Arch) to see instructions by name.";

  private final FakeCapstone capstone = new FakeCapstone(CsInsn.V5, 0x500);

  /** As everybody gets it; it has been tried, which must have left nothing open. */
  private Disassembler disassembler() {
    Disassembler disassembler = Hosts.of(Optional.of(capstone));
    assertNothingOpen();
    return disassembler;
  }

  private void assertNothingOpen() {
    assertEquals(0, capstone.handles, "handles");
    assertEquals(0, capstone.arrays, "arrays");
  }

  private static List<String> texts(List<Instruction> instructions) {
    return instructions.stream().map(Instruction::text).toList();
  }

  private void assertUnused(Disassembler disassembler, String why) {
    assertEquals(Optional.of(why + INSTALL), disassembler.lack());
    assertEquals(List.of(), disassembler.instructions(new byte[] {(byte) 0xf4}, 0, 64, 1));
  }

  @ParameterizedTest
  @CsvSource({"V4, 0x400", "V5, 0x500"})
  void bothVersions_areRead(CsInsn layout, int version) {
    Disassembler disassembler = Hosts.of(Optional.of(new FakeCapstone(layout, version)));

    assertEquals(Optional.empty(), disassembler.lack());
    assertEquals(
        List.of(new Instruction(0x1000, 2, "cpuid"), new Instruction(0x1002, 2, "rdtsc")),
        disassembler.instructions(new byte[4], 0x1000, 64, 2));
  }

  @Test
  void hostWithoutCapstone_isTold() {
    assertUnused(Hosts.of(Optional.empty()), "There is no libcapstone here.");
  }

  @Test
  void newerVersion_isToldAndNotUsed() {
    assertUnused(
        Hosts.of(Optional.of(new FakeCapstone(CsInsn.V5, 0x601))),
        "libcapstone 6.1 is not known to kvm4j.");
  }

  /** Or the user would read whatever is at the wrong offsets. */
  @Test
  void versionWithAnotherStructure_isToldAndNotUsed() {
    assertUnused(
        Hosts.of(Optional.of(new FakeCapstone(CsInsn.V4, 0x500))),
        "libcapstone 5.0 is not known to kvm4j.");
  }

  @ParameterizedTest
  @CsvSource({"16, 2", "32, 4", "64, 8"})
  void codeHasItsMode(int bits, int mode) {
    disassembler().instructions(new byte[1], 0, bits, 1);

    assertEquals(mode, capstone.mode);
  }

  @Test
  void longCode_isCutOff() {
    disassembler().instructions(new byte[4096], 0, 64, 3);

    assertEquals(3 * Instruction.MOST_BYTES, capstone.code.length);
  }

  @Test
  void noCode_isNotHandedOver() {
    Disassembler disassembler = disassembler();
    capstone.code = new byte[] {1};

    assertEquals(List.of(), disassembler.instructions(new byte[0], 0, 64, 3));
    assertEquals(1, capstone.code.length);
  }

  @Test
  void codeBehindAJump_isNone() {
    Disassembler disassembler = disassembler();
    capstone.mnemonics = List.of("hlt", "jmp 0x1000", "nop");

    assertEquals(
        List.of("hlt", "jmp 0x1000"), texts(disassembler.instructions(new byte[9], 0x1000, 64, 3)));
    assertNothingOpen();
  }

  @Test
  void capstoneThatRefuses_givesNothing() {
    Disassembler disassembler = disassembler();
    capstone.openResult = FakeCapstone.CS_ERR_MEM;

    assertEquals(List.of(), disassembler.instructions(new byte[1], 0, 64, 1));
    assertNothingOpen();
  }

  @Test
  void unknownInstruction_givesNothing() {
    Disassembler disassembler = disassembler();
    capstone.countToReturn = 0;

    assertEquals(List.of(), disassembler.instructions(new byte[1], 0, 64, 1));
    assertNothingOpen();
  }

  @Test
  void wrongArguments_areRefused() {
    Disassembler disassembler = disassembler();

    for (int bits : new int[] {0, 8, 128}) {
      assertThrows(
          IllegalArgumentException.class, () -> disassembler.instructions(new byte[1], 0, bits, 1));
    }
    for (int most : new int[] {0, 17, Integer.MAX_VALUE}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> disassembler.instructions(new byte[1], 0, 64, most));
    }
  }
}
