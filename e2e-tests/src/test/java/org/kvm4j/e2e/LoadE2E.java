package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two busy vCPUs: the machine lasts, and its clocks neither lose nor gain time. */
final class LoadE2E {

  private static final int SECONDS = 60;

  /** 1 % of the load's time. */
  private static final double TOLERANCE = 0.01 * SECONDS;

  /** What tools/guest/load prints, with the timestamp before it. */
  private static final Pattern CLOCKS =
      Pattern.compile("(?m)^([\\d.]+) KVM4J-LOAD (start|end) ([\\d.]+) (\\d+)$");

  /** The clocks at one moment, in seconds since 1970. */
  private record Clocks(double host, double guest, double rtc) {

    static Clocks of(MatchResult line) {
      return new Clocks(
          Double.parseDouble(line.group(1)),
          Double.parseDouble(line.group(3)),
          Double.parseDouble(line.group(4)));
    }

    Clocks since(Clocks start) {
      return new Clocks(host - start.host, guest - start.guest, rtc - start.rtc);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "kvm-clock, ''",
    // Ticks from the PIT, time from the PM timer: KVM has no part in either.
    "acpi_pm, lapic=notscdeadline nolapic_timer clocksource=acpi_pm",
  })
  void clocksKeepTheHostsTime_andKernelLogHasNoComplaint_underLoad(String clock, String words)
      throws Exception {
    String commandLine = "console=ttyS0 panic=-1 kvm4j.load=%d %s".formatted(SECONDS, words);
    try (Guest guest = Guest.bootWithTimestamps(commandLine, "--cpus", "2")) {
      guest.awaitText(" KVM4J-LOAD end ");
      assertEquals(0, guest.awaitExit(), guest::screen);

      String screen = guest.screen();
      assertTrue(screen.contains("The guest switched the machine off"), screen);
      assertTrue(screen.contains("clocksource: " + clock + "\n"), screen);
      assertEquals(List.of(), KernelLog.complaints(guest), screen);

      List<Clocks> seen = CLOCKS.matcher(screen).results().map(Clocks::of).toList();
      assertEquals(2, seen.size(), screen);
      Clocks passed = seen.get(1).since(seen.get(0));
      System.out.println("LoadE2E: " + clock + " " + words + ": " + passed);
      assertTrue(passed.host() >= SECONDS - TOLERANCE, passed::toString);
      assertEquals(passed.host(), passed.guest(), TOLERANCE, clock);
      assertEquals(passed.host(), passed.rtc(), TOLERANCE + 1, "RTC, in whole seconds");
    }
  }
}
