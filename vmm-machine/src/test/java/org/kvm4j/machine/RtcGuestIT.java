package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RBX;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.GuestMemory;
import org.kvm4j.testkit.RequiresKvm;

/** A guest that reads the time and the size of its RAM through ports 0x70 and 0x71. */
@RequiresKvm
@Timeout(60)
final class RtcGuestIT {

  private static final int[] SECONDS_TO_YEAR = {0x00, 0x02, 0x04, 0x07, 0x08, 0x09, 0x32};
  private static final int SECONDS = 0x00;
  private static final int REG_A = 0x0a;
  private static final int UIP = 0x80;
  private static final int EXTENDED_KIB_LOW = 0x30;
  private static final int EXTENDED_KIB_HIGH = 0x31;

  @Test
  void clock_showsTheHostsTimeInUtc() throws InterruptedException {
    GuestCode code = new GuestCode().label("again");
    cmos(code, REG_A).test(RAX, UIP).jnz("again");
    for (int register : SECONDS_TO_YEAR) {
      cmos(code, register).store8(GuestCode.FREE + register, RAX);
    }
    // As Linux does: a second may have begun meanwhile.
    cmos(code, SECONDS).load8(RBX, GuestCode.FREE + SECONDS).cmp(RAX, RBX).jnz("again").powerOff();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      LocalDateTime before = now();
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      LocalDateTime shown = time(machine.machine().memory());
      // The VM's clock stood still between the making of the machine and its start.
      assertFalse(shown.isBefore(before.minusSeconds(2)), () -> shown + " before " + before);
      assertFalse(shown.isAfter(now()), () -> shown + " is to come");
    }
  }

  @Test
  void cmos_saysHowMuchRamThereIs() throws InterruptedException {
    GuestCode code = new GuestCode();
    cmos(code, EXTENDED_KIB_LOW).store8(GuestCode.FREE, RAX);
    cmos(code, EXTENDED_KIB_HIGH).store8(GuestCode.FREE + 1, RAX);
    code.powerOff();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      machine.run();
      assertEquals(
          TestMachine.MEMORY_BYTES,
          1024L * (1024 + machine.machine().memory().readShort(GuestCode.FREE)));
    }
  }

  private static GuestCode cmos(GuestCode code, int register) {
    return code.out8(0x70, register).in8(RAX, 0x71);
  }

  private static LocalDateTime now() {
    return LocalDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
  }

  private static LocalDateTime time(GuestMemory memory) {
    return LocalDateTime.of(
        100 * bcd(memory, 0x32) + bcd(memory, 0x09),
        bcd(memory, 0x08),
        bcd(memory, 0x07),
        bcd(memory, 0x04),
        bcd(memory, 0x02),
        bcd(memory, SECONDS));
  }

  private static int bcd(GuestMemory memory, int register) {
    return Integer.parseInt(Integer.toHexString(memory.readByte(GuestCode.FREE + register)));
  }
}
