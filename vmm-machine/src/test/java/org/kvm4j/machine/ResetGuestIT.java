package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.testkit.RequiresKvm;
import org.kvm4j.testkit.guest.Register;

/** Guests that reset their machine and go on, on a real KVM. */
@RequiresKvm
@Timeout(60)
final class ResetGuestIT {

  /** RAM keeps it, as a reset does not clear memory. */
  private static final int BOOTS = GuestCode.FREE;

  private static final int MSR_STAR = 0xc000_0081;

  /** Boots four times; each time it says so, and that MSR_STAR is 0 again. */
  private static GuestCode fourBoots() {
    return new GuestCode()
        .inc32(BOOTS)
        .mov(Register.RCX, MSR_STAR)
        .bytes(0x0f, 0x32) // rdmsr
        .test(Register.RAX, -1)
        .jnz("dirty")
        .mov(Register.RAX, 1)
        .bytes(0x0f, 0x30) // wrmsr
        .print("boot ")
        .cmp32(BOOTS, 4)
        .jz("last");
  }

  @ParameterizedTest
  @CsvSource({"0xcf9, 0x06", "0x64, 0xfe"})
  void aGuestThatResetsItself_startsAgainWithCleanRegisters(String port, String value)
      throws InterruptedException {
    GuestCode code =
        fourBoots()
            .out8(Integer.decode(port), Integer.decode(value))
            .label("spin")
            .jmp("spin")
            .label("dirty")
            .print("dirty ")
            .label("last")
            .powerOff();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals("boot boot boot boot ", machine.serial().received());
    }
  }

  /** mov word [0x600], 1; cli; hlt */
  private static final byte[] TELL_AND_HALT = HexFormat.of().parseHex("c70600060100faf4ebfd");

  private static final int STARTED = 0x600;
  private static final int TRAMPOLINE = 0x5000;

  @Test
  void theSecondVcpu_canBeStartedAgain_afterEachReset() throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .inc32(BOOTS)
            .store32(STARTED, 0)
            .writeLocalApic(0xf0, 0x1ff)
            .writeLocalApic(0x310, 1 << 24)
            .writeLocalApic(0x300, 0x4500) // INIT
            .writeLocalApic(0x300, 0x4600 | TRAMPOLINE >> 12) // SIPI
            .label("starting")
            .cmp32(STARTED, 1)
            .jnz("starting")
            .print("two ")
            .cmp32(BOOTS, 3)
            .jz("last")
            .out8(0xcf9, 0x06)
            .label("spin")
            .jmp("spin")
            .label("last")
            .powerOff();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code, 2))) {
      machine.machine().memory().write(TRAMPOLINE, TELL_AND_HALT);

      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals("two two two ", machine.serial().received());
    }
  }
}
