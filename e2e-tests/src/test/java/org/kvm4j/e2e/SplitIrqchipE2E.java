package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Linux on interrupt controllers that are devices: its timer, console and SCI come through them.
 */
final class SplitIrqchipE2E {

  private static final String WORDS =
      "console=ttyS0 panic=-1 lapic=notscdeadline nolapic_timer kvm4j.cpus=%d ";

  private static final int POWER_OFF = 0;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void linuxTakesInterrupts_throughTheIoapic(int cpus) throws Exception {
    try (Guest guest =
        Guest.bootOnTerminal(
            WORDS.formatted(cpus), "--cpus", Integer.toString(cpus), "--irqchip", "split")) {
      guest.awaitText("This is a shell inside the guest");
      guest.awaitText("# ");
      guest.type("cat /proc/interrupts; echo end-$((6 * 7))\n");
      String interrupts = guest.awaitText("end-42");
      assertHandled(interrupts, "IO-APIC.*edge +timer");
      assertHandled(interrupts, "IO-APIC.*edge +ttyS0");
      assertTrue(
          interrupts.lines().anyMatch(line -> line.matches(".*IO-APIC.*fasteoi +acpi.*")),
          interrupts);
      guest.pressPowerButton(); // the SCI, level-triggered
      guest.awaitText("The power button was pressed.");
      assertEquals(POWER_OFF, guest.awaitExit(), guest::screen);
      assertEquals(List.of(), KernelLog.complaints(guest), guest::screen);
    }
  }

  /** A kernel that does not use the I/O APIC: all comes through the PICs and LINT0. */
  @ParameterizedTest
  @ValueSource(ints = {1})
  void linuxTakesInterrupts_throughThePics(int cpus) throws Exception {
    try (Guest guest = Guest.boot(WORDS.formatted(cpus) + "noapic", "--irqchip", "split")) {
      guest.awaitText("This is a shell inside the guest");
      guest.awaitText("# ");
      guest.type("cat /proc/interrupts; echo end-$((6 * 7))\n");
      String interrupts = guest.awaitText("end-42");
      assertHandled(interrupts, "XT-PIC.* timer");
      assertHandled(interrupts, "XT-PIC.* ttyS0");
      guest.type("poweroff -f\n");
      assertEquals(POWER_OFF, guest.awaitExit(), guest::screen);
    }
  }

  /** Whether at least one came, on the first CPU or another. */
  private static void assertHandled(String interrupts, String what) {
    assertTrue(
        interrupts
            .lines()
            .map(String::strip)
            .anyMatch(line -> line.matches("\\d+:( +\\d+)* +[1-9]\\d*( +\\d+)* +" + what + ".*")),
        () -> "no interrupt of '%s' in:%n%s".formatted(what, interrupts));
  }
}
