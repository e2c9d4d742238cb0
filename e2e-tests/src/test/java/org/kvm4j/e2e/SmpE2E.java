package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Eight vCPUs on fewer CPUs, and more RAM than there is room for below 4 GiB: what Linux makes of
 * CPUID, the tables and the memory map together.
 */
final class SmpE2E {

  private static final int POWER_OFF = 0;

  /**
   * With local APICs' timers, as they are: eight vCPUs that tick by one i8254 wait for one another.
   * Without Linux's watchdog, which takes a vCPU that waits for a CPU of the host for one that
   * hangs.
   */
  private static final String WORDS = "console=ttyS0 panic=-1 nowatchdog quiet";

  /** One line for each CPU: number, socket, core, the threads of its core. */
  private static final String TOPOLOGY =
      "for n in 0 1 2 3 4 5 6 7; do t=/sys/devices/system/cpu/cpu$n/topology; echo cpu$n"
          + " $(cat $t/physical_package_id $t/core_id $t/thread_siblings_list); done";

  @Test
  void topologyRamAndPowerButton_areAsAskedFor() throws Exception {
    try (Guest guest =
        Guest.bootOnTerminal(
            WORDS, "--cpus", "8,sockets=2,cores=2,threads=2", "--memory", "5G", "--memfd")) {
      guest.awaitText("RAM from 0x100000000 on, 2048 MiB, is /proc/");
      guest.awaitText("This is a shell inside the guest");
      guest.awaitText("# "); // what is typed before that is lost

      assertEquals("0-7", answer(guest, "cat /sys/devices/system/cpu/online"));
      assertEquals(
          List.of(
              "cpu0 0 0 0-1",
              "cpu1 0 0 0-1",
              "cpu2 0 1 2-3",
              "cpu3 0 1 2-3",
              "cpu4 1 0 4-5",
              "cpu5 1 0 4-5",
              "cpu6 1 1 6-7",
              "cpu7 1 1 6-7"),
          answer(guest, TOPOLOGY).lines().toList());
      assertEquals(
          "0 1 2 3 4 5 6 7",
          answer(guest, "echo $(awk '$1 == \"apicid\" {print $3}' /proc/cpuinfo)"));

      assertEquals(
          List.of("00100000-bfffffff : System RAM", "100000000-17fffffff : System RAM"),
          answer(guest, "grep -E '^[0-9a-f]{8,9}-[0-9a-f]*f{5} : System RAM' /proc/iomem")
              .lines()
              .toList());
      String total = answer(guest, "awk '$1 == \"MemTotal:\" {print $2}' /proc/meminfo");
      assertTrue(Long.parseLong(total) > 4_800_000, "MemTotal: %s kB".formatted(total));

      answer(guest, KernelLog.PRINT_COMPLAINTS);
      assertEquals(List.of(), KernelLog.complaints(guest), guest::screen);

      guest.pressPowerButton();
      guest.awaitText("The power button was pressed.");
      assertEquals(POWER_OFF, guest.awaitExit(), guest::screen);
      assertTrue(guest.screen().contains("The guest switched the machine off"), guest::screen);
    }
  }

  /** What a command prints, between two words that the command line itself does not show whole. */
  private static String answer(Guest guest, String command) throws Exception {
    guest.type("echo be''gin; " + command + "; echo e''nd\n");
    guest.awaitText("begin\n");
    return guest.awaitText("end\n").strip();
  }
}
