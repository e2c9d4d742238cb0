package org.kvm4j.machine;

import java.util.List;
import java.util.Map;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceSet;
import org.kvm4j.core.device.DeviceSpec;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.machine.boot.Hardware;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.PowerManagement;
import org.kvm4j.machine.boot.Range;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.resource.ResourcePlan;

/** What the parts of a machine must know of one another. */
final class Board {

  private static final long IOAPIC_ADDRESS = 0xfec0_0000L;
  private static final long LOCAL_APIC_ADDRESS = 0xfee0_0000L;
  private static final long APIC_BYTES = 0x1000;
  private static final long KVM_PAGES_BYTES = 0x4000;

  /** Where devices that take any address go: well above what RAM may reach below 4 GiB. */
  private static final long ANY_ADDRESSES_START = 0xd000_0000L;

  private static final int MOST_CPUS_OF_CMOS = 256;

  private static final String FIXED_HARDWARE = "acpi-pm";

  private final MachineConfig config;
  private final DeviceSet devices;

  Board(MachineConfig config, DeviceSet devices) {
    this.config = config;
    this.devices = devices;
  }

  /** The devices that a machine is to have, with their types. */
  static List<DeviceSpec> specs(MachineConfig config, DeviceCatalog catalog, MemoryLayout layout) {
    return requests(config, layout).stream()
        .map(request -> new DeviceSpec(catalog.find(request.type()), request.options()))
        .toList();
  }

  /** What the machine occupies before it has a device: KVM answers there, or RAM does. */
  static ResourcePlan plan(MachineConfig config) {
    ResourcePlan plan =
        new ResourcePlan(
            FixedResource.addresses(ANY_ADDRESSES_START, IOAPIC_ADDRESS - ANY_ADDRESSES_START));
    for (Range ram : MemoryLayout.ofRam(config.ram().bytes()).ram()) {
      plan.reserve("RAM", FixedResource.addresses(ram.start(), ram.sizeBytes()));
    }
    plan.reserve("KVM's local APIC", FixedResource.addresses(LOCAL_APIC_ADDRESS, APIC_BYTES));
    plan.reserve(
        "KVM's own pages",
        FixedResource.addresses(MemoryLayout.IDENTITY_MAP_ADDRESS, KVM_PAGES_BYTES));
    if (config.kernelChips().hasIrqchip()) {
      plan.reserve("KVM's IOAPIC", FixedResource.addresses(IOAPIC_ADDRESS, APIC_BYTES));
      plan.reserve("KVM's interrupt controller", FixedResource.ports(0x20, 2));
      plan.reserve("KVM's interrupt controller", FixedResource.ports(0xa0, 2));
      plan.reserve("KVM's interrupt controller", FixedResource.ports(0x4d0, 2));
      plan.reserve("KVM's interrupt controller, as its cascade", FixedResource.interrupt(2));
    }
    if (config.boot() instanceof Boot.Firmware) {
      Range firmware = MemoryLayout.FIRMWARE;
      plan.reserve("firmware", FixedResource.addresses(firmware.start(), firmware.sizeBytes()));
    }
    if (config.kernelChips().hasPit()) {
      plan.reserve("KVM's own i8254", FixedResource.ports(0x40, 4));
      plan.reserve("KVM's own i8254", FixedResource.ports(0x61, 1));
      plan.reserve("KVM's own i8254", FixedResource.interrupt(0));
    }
    return plan;
  }

  /** The devices asked for, with what only the board knows: the CMOS says what there is. */
  static List<DeviceRequest> requests(MachineConfig config, MemoryLayout layout) {
    Map<String, String> known =
        Map.of(
            "memory-below-4g", Long.toString(layout.ramBytesBelow4GiB()),
            "memory-above-4g", Long.toString(layout.ramBytesAbove4GiB()),
            // One byte of the CMOS: what is more, only ACPI tells.
            "cpus", Integer.toString(Math.min(config.processors().count(), MOST_CPUS_OF_CMOS)));
    return config.devices().stream()
        .map(request -> request.type().equals("rtc") ? request.with(known) : request)
        .toList();
  }

  /** Whether the machine has what ACPI's fixed tables promise: a guest may rely on each of them. */
  boolean hasAcpi() {
    List<String> types = config.devices().stream().map(DeviceRequest::type).toList();
    return types.contains(FIXED_HARDWARE) && types.contains("pci-host");
  }

  /** What the devices add to the kernel's command line. */
  List<String> kernelArguments() {
    return devices.kernelArguments();
  }

  /** What ACPI and the MP table say: the devices that describe themselves. */
  Hardware hardware() {
    return new Hardware(
        config.processors().topology(),
        Hardware.TIMER_PIN_OF_KVM_DEFAULT,
        powerManagement(),
        Hardware.RESET_PORT,
        devices.acpiDevices());
  }

  /** Where the user put the fixed hardware; its options are checked already, by the device. */
  private PowerManagement powerManagement() {
    Map<String, String> options =
        devices.ids().contains(FIXED_HARDWARE) ? devices.options(FIXED_HARDWARE) : Map.of();
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
