package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.machine.boot.MultibootFile;
import org.kvm4j.machine.boot.PvhFile;
import org.kvm4j.testkit.RequiresKvm;

/** A tiny guest by each protocol, which switches the machine off if it finds what it should. */
@RequiresKvm
@Timeout(60)
final class BootProtocolIT {

  /** The same in 32-bit and 64-bit code. */
  private static final String POWER_OFF =
      "66ba0406" //   mov dx, 0x604
          + "66b80034" // mov ax, SLP_EN and the type of S5
          + "66ef" //   out dx, ax
          + "ebfe"; //  jmp to itself

  private static final String POWER_OFF_IF_EQUAL =
      "7402" + "0f0b" + POWER_OFF; // je over an ud2, which is a triple fault

  private static final String POWER_OFF_IN_REAL_MODE = "ba0406b80034efebfe"; // the same

  @TempDir Path directory;

  private MachineEnd.Kind run(Boot boot) throws InterruptedException {
    MachineConfig config = MachineConfig.standard(TestMachine.MEMORY_BYTES, 1, boot);
    try (TestMachine machine = new TestMachine(config.withDevices(TestMachine.quietDevices()))) {
      return machine.run().kind();
    }
  }

  private Boot kernel(byte[] file) throws IOException {
    return Boot.Kernel.of(
        Files.write(directory.resolve("kernel"), file), Optional.empty(), "words");
  }

  private static byte[] code(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void pvh_entersIn32BitMode_withStartInfoInEbx() throws Exception {
    String code = "813b78c56e33" + POWER_OFF_IF_EQUAL; // cmp dword [ebx], 0x336ec578

    assertEquals(MachineEnd.Kind.POWER_OFF, run(kernel(PvhFile.elf32(code(code)))));
  }

  /** cmp eax, 0x2badb002; jne to ud2; cmp dword [ebx], 0x24d, the flags of the information. */
  private static final String MULTIBOOT =
      "3d02b0ad2b" + "7402" + "0f0b" + "813b4d020000" + POWER_OFF_IF_EQUAL;

  @Test
  void multibootFlat_entersWithItsMagicNumberAndInformation() throws Exception {
    assertEquals(MachineEnd.Kind.POWER_OFF, run(kernel(MultibootFile.flat(code(MULTIBOOT)))));
  }

  @Test
  void multibootElf_entersWithItsMagicNumberAndInformation() throws Exception {
    assertEquals(MachineEnd.Kind.POWER_OFF, run(kernel(MultibootFile.elf32(code(MULTIBOOT)))));
  }

  /**
   * xor eax, eax; 0x48 is dec eax in 32-bit code, a REX prefix in 64-bit code; cmp eax, -1 or 0.
   */
  @ParameterizedTest
  @CsvSource({"PROTECTED, 0x100000, 31c04883f8ff", "LONG, 0x200000, 31c04883f800"})
  void flatBinary_isEnteredInItsMode(CodeMode mode, String address, String check) throws Exception {
    Path file = Files.write(directory.resolve("flat"), code(check + POWER_OFF_IF_EQUAL));

    Boot boot = new Boot.FlatFile(file, mode, Long.decode(address));
    assertEquals(MachineEnd.Kind.POWER_OFF, run(boot));
  }

  @Test
  void bootSector_isEnteredInRealMode() throws Exception {
    Path file = Files.write(directory.resolve("sector"), code(POWER_OFF_IN_REAL_MODE));

    assertEquals(MachineEnd.Kind.POWER_OFF, run(new Boot.FlatFile(file, CodeMode.REAL, 0x7c00)));
  }
}
