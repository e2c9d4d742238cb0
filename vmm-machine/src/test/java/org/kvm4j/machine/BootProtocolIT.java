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
}
