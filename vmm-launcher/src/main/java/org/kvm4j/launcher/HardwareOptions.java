package org.kvm4j.launcher;

import java.util.List;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.NearestName;
import org.kvm4j.machine.Boot;
import org.kvm4j.machine.DeviceRequest;
import org.kvm4j.machine.MachineConfig;
import org.kvm4j.machine.Ram;
import org.kvm4j.memory.HostMemory;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The options that say what the machine is made of. */
final class HardwareOptions {

  private static final String MEMORY = "--memory";
  private static final String HUGE_PAGES = "--huge-pages";
  private static final String MEMFD = "--memfd";
  private static final String DEVICE = "--device";
  private static final String WITHOUT = "--without";
  private static final String KERNEL_PIT = "--kernel-pit";
  private static final String IRQCHIP = "--irqchip";

  private static final String DEFAULT_MEMORY = "512M";

  /** Named as a user writes it. */
  private enum Irqchip {
    kernel,
    split
  }

  private HardwareOptions() {}

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(MEMORY)
            .paramLabel("SIZE")
            .type(long.class)
            .converters(MemorySize::parse)
            .description("RAM: a number with K, M or G. Default: " + DEFAULT_MEMORY)
            .build(),
        OptionSpec.builder(HUGE_PAGES)
            .type(boolean.class)
            .description(
                "RAM in huge pages that the host has set aside (vm.nr_hugepages). Without this, the"
                    + " host decides.")
            .build(),
        OptionSpec.builder(MEMFD)
            .type(boolean.class)
            .description("RAM in a memfd, which other processes can map; says where it is.")
            .build(),
        OptionSpec.builder(DEVICE)
            .paramLabel("TYPE[,name=value]...")
            .type(List.class)
            .auxiliaryTypes(DeviceRequest.class)
            .converters(HardwareOptions::device)
            .description(
                "Adds a device, or sets options of the standard one of that type."
                    + " 'kvm4j devices' lists them.")
            .build(),
        OptionSpec.builder(WITHOUT)
            .paramLabel("TYPE")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("Leaves out a standard device.")
            .build(),
        OptionSpec.builder(KERNEL_PIT)
            .type(boolean.class)
            .description("Uses KVM's own i8254 in place of the device 'pit'.")
            .build(),
        OptionSpec.builder(IRQCHIP)
            .paramLabel("kernel|split")
            .type(Irqchip.class)
            .description(
                "Interrupt controllers: all KVM's own, or IOAPIC and PICs as devices 'ioapic' and"
                    + " 'pic'. Default: kernel")
            .build());
  }

  /** A PC with standard devices, changed as the user wants it. */
  static MachineConfig of(ParseResult options, Boot boot) {
    MachineConfig standard = MachineConfig.standard(ram(options), CpuOptions.of(options), boot);
    MachineConfig pc = withChips(options, standard);
    List<DeviceRequest> kept =
        without(pc.devices(), options.matchedOptionValue(WITHOUT, List.of()));
    List<DeviceRequest> requests = options.matchedOptionValue(DEVICE, List.of());
    return pc.withDevices(DeviceRequest.merge(kept, requests));
  }

  private static MachineConfig withChips(ParseResult options, MachineConfig standard) {
    MachineConfig pc =
        options.matchedOptionValue(IRQCHIP, Irqchip.kernel) == Irqchip.split
            ? standard.withSplitIrqchip()
            : standard;
    return options.hasMatchedOption(KERNEL_PIT) ? pc.withKernelPit() : pc;
  }

  private static Ram ram(ParseResult options) {
    long bytes = options.matchedOptionValue(MEMORY, MemorySize.parse(DEFAULT_MEMORY));
    return new Ram(
        bytes,
        new HostMemory(options.hasMatchedOption(HUGE_PAGES), options.hasMatchedOption(MEMFD)));
  }

  private static List<DeviceRequest> without(List<DeviceRequest> devices, List<String> types) {
    List<String> standard =
        MachineConfig.STANDARD_DEVICES.stream().map(DeviceRequest::type).toList();
    for (String type : types) {
      if (!standard.contains(type)) {
        throw new DeviceConfigurationException(
            "There is no standard device '%s' to leave out. %sStandard devices: %s."
                .formatted(type, NearestName.hint(type, standard), String.join(", ", standard)));
      }
    }
    return devices.stream().filter(device -> !types.contains(device.type())).toList();
  }

  /** Picocli shows the message of this exception alone; of others, the names of classes, too. */
  private static DeviceRequest device(String text) {
    try {
      return DeviceRequest.parse(text);
    } catch (DeviceConfigurationException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
