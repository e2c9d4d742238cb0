package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.machine.boot.AcpiDevice;
import org.kvm4j.machine.boot.Hardware;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.PowerManagement;

/** What the parts of a machine must know of one another. */
final class Board {

  private static final int PVPANIC_PORT = 0x505;

  private Board() {}

  /** The devices asked for, with what only the board knows: the CMOS says how much RAM there is. */
  static List<DeviceRequest> requests(MachineConfig config, MemoryLayout layout) {
    Map<String, String> ram =
        Map.of(
            "memory-below-4g", Long.toString(layout.ramBytesBelow4GiB()),
            "memory-above-4g", Long.toString(layout.ramBytesAbove4GiB()));
    return config.devices().stream()
        .map(request -> request.type().equals("rtc") ? request.with(ram) : request)
        .toList();
  }

  /** Whether the machine has what ACPI's fixed tables promise: a guest may rely on each of them. */
  static boolean hasAcpi(MachineConfig config) {
    List<String> types = config.devices().stream().map(DeviceRequest::type).toList();
    return types.contains("acpi-pm") && types.contains("pci-host");
  }

  /** What ACPI and the MP table say: the standard devices that are there, where a PC has them. */
  static Hardware hardware(MachineConfig config) {
    List<AcpiDevice> devices = new ArrayList<>();
    for (DeviceRequest request : config.devices()) {
      switch (request.type()) {
        case "rtc" -> devices.add(AcpiDevice.realTimeClock());
        case "pvpanic" -> devices.add(AcpiDevice.pvpanic(PVPANIC_PORT));
        default -> {} // Linux finds a serial port and an interval timer without ACPI
      }
    }
    return new Hardware(
        config.vcpus(),
        Hardware.TIMER_PIN_OF_KVM_DEFAULT,
        powerManagement(config),
        Hardware.RESET_PORT,
        devices);
  }

  /** Where the user put the fixed hardware; its options are checked already, by the device. */
  private static PowerManagement powerManagement(MachineConfig config) {
    Map<String, String> options =
        config.devices().stream()
            .filter(request -> request.type().equals("acpi-pm"))
            .findFirst()
            .map(DeviceRequest::options)
            .orElse(Map.of());
    PowerManagement standard = PowerManagement.STANDARD;
    String base = options.getOrDefault("base", Integer.toString(standard.pm1EventPort()));
    String irq = options.getOrDefault("irq", Integer.toString(standard.sciGsi()));
    try {
      return PowerManagement.atPort(number(base), number(irq));
    } catch (IllegalArgumentException e) {
      throw new DeviceConfigurationException(
          "Device acpi-pm: irq=%s cannot be the SCI. Use 1 or 3 to 15.".formatted(irq), e);
    }
  }

  /** As the device itself reads it. */
  private static int number(String text) {
    return DeviceOption.number("number", 0, 0xffff, 0, "a port or GSI").parser().apply(text);
  }
}
