package org.kvm4j.core.disassembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The host's own Capstone. With {@code -Dcapstone.required=true} there must be one. */
final class HostCapstoneTest {

  private static final int ROUNDS = 2_000;

  private final Disassembler disassembler = Disassembler.ofHost();

  @BeforeEach
  void hasCapstone() {
    Optional<String> lack = disassembler.lack();
    if (lack.isPresent() && Boolean.getBoolean("capstone.required")) {
      fail("capstone.required=true: " + lack.get());
    }
    assumeTrue(lack.isEmpty(), () -> lack.orElse(""));
  }

  private List<Instruction> instructions(String hex, long address, int bits, int most) {
    return disassembler.instructions(HexFormat.of().parseHex(hex), address, bits, most);
  }

  /** Encodings by hand, from the Intel SDM, volume 2. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "64 | 0f0b             | ud2",
        "64 | f4ebfd           | hlt; jmp 0x1000",
        "64 | fae4704889c3     | cli; in al, 0x70; mov rbx, rax",
        "64 | 0f22d8           | mov cr3, rax",
        "64 | 48b8efcdab8967452301 | movabs rax, 0x123456789abcdef",
        "64 | 0f01ca0f01cb     | clac; stac",
        "32 | 40ef             | inc eax; out dx, eax",
        "32 | ea000010000800   | ljmp 8:0x100000",
        "16 | b8003ccd10       | mov ax, 0x3c00; int 0x10",
        "16 | 66ef             | out dx, eax",
        "16 | ebfe             | jmp 0x1000",
      })
  void code_isReadInItsMode(int bits, String hex, String texts) {
    assertEquals(
        texts,
        instructions(hex, 0x1000, bits, 3).stream()
            .map(Instruction::text)
            .collect(Collectors.joining("; ")));
  }

  @Test
  void instructions_haveAddressAndLength() {
    assertEquals(
        List.of(
            new Instruction(0xffff_ffff_8100_0000L, 5, "call 0xffffffff81000005"),
            new Instruction(0xffff_ffff_8100_0005L, 1, "nop")),
        instructions("e80000000090", 0xffff_ffff_8100_0000L, 64, 2));
  }

  @Test
  void codeThatIsNoneOrNotWhole_endsThere() {
    assertEquals(List.of(), instructions("0f", 0x1000, 64, 3));
    assertEquals(List.of(), instructions("06", 0x1000, 64, 3)); // push es, of 32 bits
    assertEquals(1, instructions("90e800", 0x1000, 64, 3).size());
    assertEquals(List.of(), instructions("66".repeat(16), 0x1000, 64, 3));
  }

  /** A guest picks the bytes, and a crash would take the launcher along. */
  @Test
  void hostileCode_staysWithinBounds() {
    Random random = new Random(1);
    int read = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] code = new byte[random.nextInt(3 * Instruction.MOST_BYTES + 10)];
      random.nextBytes(code);
      for (int bits : new int[] {16, 32, 64}) {
        long address = random.nextLong();
        int done = 0;
        for (Instruction found : disassembler.instructions(code, address, bits, 3)) {
          assertEquals(address + done, found.address());
          assertTrue(found.sizeBytes() >= 1 && found.sizeBytes() <= Instruction.MOST_BYTES);
          assertTrue(found.text().matches("[ -~]{2,200}"), found.text());
          done += found.sizeBytes();
          read++;
        }
        assertTrue(done <= code.length);
      }
    }
    assertTrue(read > ROUNDS, "most of random code is an instruction");
  }
}
