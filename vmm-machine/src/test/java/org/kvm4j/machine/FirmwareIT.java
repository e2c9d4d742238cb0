package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.PastExit;
import org.kvm4j.testkit.RequiresKvm;

/** Firmware of a few bytes, which switches the machine off if it finds what it should. */
@RequiresKvm
@Timeout(60)
final class FirmwareIT {

  private static final long END = 1L << 32;

  /** The first byte of an image, which is far below what the vCPU can reach after reset. */
  private static final byte MARK = 0x5a;

  /** The guest has no handlers, so that a fault would make it run wild and not end it. */
  private static final String ELSE_PANIC =
      "7408" //           je over this
          + "ba0505" //   mov dx, 0x505, of pvpanic
          + "b001" //     mov al, PVPANIC_PANICKED
          + "ee" //       out dx, al
          + "ebfe"; //    jmp to itself

  private static final String POWER_OFF =
      "ba0406" //     mov dx, 0x604
          + "b80034" // mov ax, SLP_EN and the type of S5
          + "ef" //     out dx, ax
          + "ebfe"; //  jmp to itself

  @TempDir Path directory;

  /** So many bytes, which at the reset vector jump to code in their last 256. */
  private MachineConfig firmware(int sizeBytes, String code) throws IOException {
    byte[] image = new byte[sizeBytes];
    image[0] = MARK;
    put(image, 0x100, code);
    put(image, 0x10, "e90dff"); // jmp to 0xff00 in its segment
    Boot boot = new Boot.Firmware(Files.write(directory.resolve("rom"), image));
    return MachineConfig.standard(TestMachine.MEMORY_BYTES, 1, boot)
        .withDevices(TestMachine.quietDevices());
  }

  private static void put(byte[] image, int beforeItsEnd, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    System.arraycopy(bytes, 0, image, image.length - beforeItsEnd, bytes.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {4 << 10, 64 << 10, 128 << 10, 256 << 10, 16 << 20})
  void imageOfEachSize_beginsAtTheResetVector_endsAt4GiB_andIsShadowedBelow1MiB(int sizeBytes)
      throws Exception {
    String checkRomAndShadow =
        "2ea1f0ff" //   mov ax, cs:[0xfff0], the reset vector, where CS's base still is 0xffff0000
            + "3de90d" // cmp ax, 0x0de9, the jump's first bytes
            + ELSE_PANIC
            + "b800f0" // mov ax, 0xf000
            + "8ed8" //   mov ds, ax
            + "a1f0ff" // mov ax, ds:[0xfff0], below 1 MiB
            + "3de90d" // cmp ax, 0x0de9
            + ELSE_PANIC
            + POWER_OFF;

    try (TestMachine machine = new TestMachine(firmware(sizeBytes, checkRomAndShadow))) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());

      assertEquals(MARK, machine.machine().memory().readByte(END - sizeBytes));
    }
  }

  @Test
  void writesToRom_changeNothing_andAreToldAsWhatNobodyAnswers() throws Exception {
    String writeAndCheck =
        "2ec706f8ff2211" //     mov word cs:[0xfff8], 0x1122
            + "2e833ef8ff00" // cmp word cs:[0xfff8], 0
            + ELSE_PANIC
            + POWER_OFF;

    try (TestMachine machine = new TestMachine(firmware(64 << 10, writeAndCheck))) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());

      assertEquals(0, machine.machine().memory().readShort(END - 8));
      List<PastExit> exits = machine.machine().explain().vcpus().get(0).lastExits();
      PastExit write = new PastExit(PastExit.MMIO, true, 2, END - 8, 0x1122, 1);
      assertTrue(exits.contains(write), exits::toString);
    }
  }
}
