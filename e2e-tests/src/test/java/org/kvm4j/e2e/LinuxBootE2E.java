package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stock Debian kernel, from its first line to the power-off, on the Java devices. */
final class LinuxBootE2E {

  private static final String WORDS =
      "console=ttyS0 panic=-1 lapic=notscdeadline nolapic_timer kvm4j.cpus=%d ";

  private static final int POWER_OFF = 0;
  private static final int HOST_ERROR = 1;
  private static final int RESET = 3;
  private static final int GUEST_PANIC = 4;
  private static final int HALTED = 6;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void selfCheckPasses_andKernelLogHasNoComplaint(int cpus) throws Exception {
    try (Guest guest = boot(cpus, "kvm4j.check")) {
      guest.awaitText("Linux version ");
      guest.awaitText("KVM4J-SELF-CHECK: PASS");
      assertEquals(POWER_OFF, guest.awaitExit(), guest::screen);
      assertTrue(guest.screen().contains("The guest switched the machine off"), guest::screen);
      assertEquals(List.of(), KernelLog.complaints(guest), guest::screen);
    }
  }

  @Test
  void linuxReboots_threeTimesInOneRun_andIsWholeAgain() throws Exception {
    try (Guest guest = boot(2, "quiet")) {
      for (int reboots = 1; reboots <= 3; reboots++) {
        guest.awaitText("This is a shell inside the guest");
        guest.awaitText("# ");
        guest.type("reboot -f\n");
        guest.awaitText("The guest reset the machine");
      }
      guest.awaitText("This is a shell inside the guest");
      guest.awaitText("# ");
      guest.type("grep -c ^processor /proc/cpuinfo\n");
      guest.awaitText("\n2\n");
      guest.type("poweroff -f\n");
      assertEquals(POWER_OFF, guest.awaitExit(), guest::screen);
    }
  }

  @Test
  void resetThatIsToStop_andPanic_haveTheirOwnExitCodes() throws Exception {
    try (Guest guest = boot(1, "quiet", "--on-reset", "stop")) {
      guest.awaitText("This is a shell inside the guest");
      guest.type("reboot -f\n");
      assertEquals(RESET, guest.awaitExit(), guest::screen);
    }
    try (Guest guest = boot(1, "quiet kvm4j.pvpanic")) {
      guest.awaitText("This is a shell inside the guest");
      guest.type("echo c > /proc/sysrq-trigger\n");
      assertEquals(GUEST_PANIC, guest.awaitExit(), guest::screen);
      assertFalse(guest.screen().contains("switched the machine off"), guest::screen);
    }
  }

  /** Nobody tells the launcher: KVM waits for an interrupt that the guest would not take. */
  @Test
  void linuxThatHalts_hasItsOwnExitCode() throws Exception {
    try (Guest guest = boot(2, "quiet")) {
      guest.awaitText("This is a shell inside the guest");
      guest.type("halt -f\n");
      assertEquals(HALTED, guest.awaitExit(), guest::screen);
      assertTrue(guest.screen().contains("The guest halted for good"), guest::screen);
    }
  }

  @Test
  void tooLittleMemory_isToldWithANumber_thatIsEnough() throws Exception {
    String enough;
    try (Guest guest = boot(1, "quiet", "--memory", "64M")) {
      assertEquals(HOST_ERROR, guest.awaitExit(), guest::screen);
      Matcher told = Pattern.compile("give the VM (\\d+) MiB or more").matcher(guest.screen());
      assertTrue(told.find(), guest::screen);
      enough = told.group(1);
    }
    try (Guest guest = boot(1, "quiet kvm4j.check", "--memory", enough + "M")) {
      guest.awaitText("KVM4J-SELF-CHECK: PASS");
      assertEquals(POWER_OFF, guest.awaitExit(), guest::screen);
    }
  }

  private static Guest boot(int cpus, String words, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--cpus", Integer.toString(cpus)));
    all.addAll(List.of(options));
    return Guest.boot(WORDS.formatted(cpus) + words, all.toArray(String[]::new));
  }
}
