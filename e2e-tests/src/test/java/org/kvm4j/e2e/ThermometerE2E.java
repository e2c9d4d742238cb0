package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The plug-in outside the build, {@code examples/thermometer}, in a stock Debian kernel. */
final class ThermometerE2E {

  private static final String WORDS =
      "console=ttyS0 panic=-1 lapic=notscdeadline nolapic_timer quiet";

  private static final String SOUND = "thermometer,temperature=21500";

  @Test
  void userspace_readsTheTemperature_throughDevMem() throws Exception {
    try (Guest guest = boot(List.of(), SOUND)) {
      guest.type("r=0x$(sed -n 's/-.* : KVMJ0001:00$//p' /proc/iomem)\n");
      guest.type("echo id-$(devmem $r 32)\n");
      guest.awaitText("id-0x4B4A0001");
      guest.type("devmem $((r + 0x08)) 32 1\n"); // CONTROL: ENABLE
      guest.type("until [ $(devmem $((r + 0x04)) 32) = 0x00000001 ]; do usleep 10000; done\n");
      guest.type("echo temperature-$(($(devmem $((r + 0x0c)) 32)))\n");
      guest.awaitText("temperature-21500");

      powerOff(guest);
      assertEquals(List.of(), KernelLog.complaints(guest), guest::screen);
    }
  }

  @Test
  void driver_isInterrupted_andWakesWhoPolls_whenTheTemperaturePassesTheLimit() throws Exception {
    try (Guest guest = boot(List.of(driver()), SOUND)) {
      guest.type("insmod /extra/thermometer.ko\n");
      guest.type("cd /sys/bus/platform/drivers/thermometer/KVMJ0001:00\n");
      guest.type("echo read-$(cat temperature),$(cat high_limit),$(cat alarms)\n");
      guest.awaitText("read-21500,85000,0");

      guest.type("poll alarms && echo woken-$((6 * 7)) &\n");
      guest.awaitText("polling\n");
      guest.type("echo 20000 >high_limit\n");
      guest.awaitText("woken-42");
      guest.type("echo alarms-$(cat alarms)\n");
      guest.awaitText("alarms-1");
      guest.type("echo interrupts-$(awk '/ thermometer$/ { print $2 }' /proc/interrupts)\n");
      guest.awaitText("interrupts-1\n");

      powerOff(guest);
      List<String> complaints = KernelLog.complaints(guest);
      complaints = complaints.stream().filter(line -> !isOfUnsignedModule(line)).toList();
      assertEquals(List.of(), complaints, guest::screen);
    }
  }

  @Test
  void driver_refusesBrokenThermometers_andServesTheSoundOne() throws Exception {
    try (Guest guest =
        boot(
            List.of(driver()),
            "thermometer,fault=bus-error",
            "thermometer,fault=slow-ready",
            SOUND)) {
      guest.type("insmod /extra/thermometer.ko\n");
      guest.type("echo read-$(cat /sys/bus/platform/drivers/thermometer/KVMJ*/temperature)\n");
      guest.awaitText("read-21500");

      powerOff(guest);
      String log = String.join("\n", guest.kernelLog());
      assertTrue(log.contains("thermometer KVMJ0001:00: error -EIO: ID is 0xffffffff"), log);
      assertTrue(log.contains("thermometer KVMJ0001:01: error -ETIMEDOUT"), log);
    }
  }

  private static Guest boot(List<String> files, String... devices) throws Exception {
    String plugins = Tool.outputOf("example-plugin");
    String[] options = new String[2 + 2 * devices.length];
    options[0] = "--plugins";
    options[1] = plugins;
    for (int i = 0; i < devices.length; i++) {
      options[2 + 2 * i] = "--device";
      options[3 + 2 * i] = devices[i];
    }
    Guest guest = Guest.bootWith(files, WORDS, options);
    guest.awaitText("This is a shell inside the guest");
    return guest;
  }

  private static String driver() throws Exception {
    return Tool.outputOf(
        "guest-module", Tool.ROOT.resolve("examples/thermometer/driver").toString());
  }

  /** Prints the kernel's log and ends the guest. */
  private static void powerOff(Guest guest) throws Exception {
    guest.type("cd /; dmesg; poweroff -f\n");
    assertEquals(0, guest.awaitExit(), guest::screen);
  }

  /** Debian does not sign it, of course. */
  private static boolean isOfUnsignedModule(String line) {
    return line.contains("thermometer: module verification failed");
  }
}
