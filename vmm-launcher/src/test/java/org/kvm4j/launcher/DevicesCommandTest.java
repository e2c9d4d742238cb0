package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.machine.DeviceRequest;
import org.kvm4j.machine.MachineConfig;

final class DevicesCommandTest {

  private final Terminal seen = Terminal.run("devices");

  @Test
  void devices_areAllListed_inOrder() {
    List<String> types =
        seen.out()
            .lines()
            .filter(line -> !line.startsWith(" "))
            .map(line -> line.substring(0, line.indexOf(':')))
            .toList();

    assertEquals(
        List.of("acpi-pm", "i8042", "pci-host", "pit", "post-code", "pvpanic", "rtc", "serial"),
        types);
    assertEquals("", seen.err());
    assertEquals(0, seen.exitCode());
  }

  @Test
  void everyDeviceOfTheStandardPc_isThere() {
    for (DeviceRequest device : MachineConfig.STANDARD_DEVICES) {
      assertTrue(
          seen.out().lines().anyMatch(line -> line.startsWith(device.type() + ": ")),
          () -> device.type() + " is not in\n" + seen.out());
    }
  }

  @Test
  void options_areListedBelowTheirDevice_withWhatIsAllowedAndTheDefault() {
    List<String> lines = seen.out().lines().toList();
    List<String> serial = lines.subList(lines.size() - 4, lines.size());

    assertEquals(
        List.of(
            "serial: 16550A serial port",
            "  base               first of its eight ports (0x0..0xfff8, default 0x3f8)",
            "  irq                interrupt line: 4 for COM1, 3 for COM2 (0..23, default 4)",
            "  backend            where the line ends on the host"
                + " (stdio|null|memory|file:PATH|pty|unix:PATH, default stdio)"),
        serial);
  }
}
