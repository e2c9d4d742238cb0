package org.kvm4j.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.NearestName;
import org.kvm4j.machine.Boot;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.DeviceRequest;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.MachineConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** {@code kvm4j run}: boots a Linux kernel. */
final class RunCommand {

  private static final String DEFAULT_CMDLINE = "console=ttyS0 panic=-1";

  private static final OptionSpec KERNEL =
      OptionSpec.builder("--kernel")
          .paramLabel("FILE")
          .type(Path.class)
          .required(true)
          .description("bzImage or ELF vmlinux to boot.")
          .build();

  private static final OptionSpec INITRD =
      OptionSpec.builder("--initrd")
          .paramLabel("FILE")
          .type(Path.class)
          .description("Initial RAM disk.")
          .build();

  private static final OptionSpec CMDLINE =
      OptionSpec.builder("--cmdline")
          .paramLabel("TEXT")
          .type(String.class)
          .defaultValue(DEFAULT_CMDLINE)
          .description("Kernel command line. Default: ${DEFAULT-VALUE}")
          .build();

  private static final OptionSpec MEMORY =
      OptionSpec.builder("--memory")
          .paramLabel("SIZE")
          .type(long.class)
          .converters(MemorySize::parse)
          .defaultValue("512M")
          .description("RAM: a number with K, M or G. Default: ${DEFAULT-VALUE}")
          .build();

  private static final OptionSpec CPUS =
      OptionSpec.builder("--cpus")
          .paramLabel("N")
          .type(int.class)
          .defaultValue("1")
          .description("Virtual CPUs. Default: ${DEFAULT-VALUE}")
          .build();

  private static final OptionSpec DEVICE =
      OptionSpec.builder("--device")
          .paramLabel("TYPE[,name=value]...")
          .type(List.class)
          .auxiliaryTypes(DeviceRequest.class)
          .converters(RunCommand::device)
          .description(
              "Adds a device, or sets options of the standard one of that type."
                  + " 'kvm4j devices' lists them.")
          .build();

  private static final OptionSpec WITHOUT =
      OptionSpec.builder("--without")
          .paramLabel("TYPE")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .description("Leaves out a standard device.")
          .build();

  private static final OptionSpec KERNEL_PIT =
      OptionSpec.builder("--kernel-pit")
          .type(boolean.class)
          .description("Uses KVM's own i8254 in place of the device 'pit'.")
          .build();

  private RunCommand() {}

  static CommandSpec spec() {
    CommandSpec spec = Commands.command(RunCommand::run, "Boots a Linux kernel.");
    for (OptionSpec option :
        List.of(KERNEL, INITRD, CMDLINE, MEMORY, CPUS, DEVICE, WITHOUT, KERNEL_PIT)) {
      spec.addOption(option);
    }
    spec.addOption(Plugins.option());
    spec.addOption(Plugins.watchOption());
    DeviceRules.options().forEach(spec::addOption);
    spec.usageMessage()
        .footer(
            "",
            "On a terminal, Ctrl-A x ends the machine, and Ctrl-A ? shows all such keys.",
            "",
            ExitCode.help());
    return spec;
  }

  private static int run(ParseResult options) throws InterruptedException {
    try (DeviceCatalog catalog = Plugins.load(options)) {
      MachineConfig config;
      try {
        config = config(options);
        Machine.check(config, catalog);
      } catch (BootException e) { // no file has been looked at: it is the command line
        Console.error(e.getMessage());
        return ExitCode.USAGE.number();
      }
      return Session.run(
          config,
          catalog,
          new Session.Options(DeviceRules.clockStep(options), Plugins.watched(options)));
    }
  }

  private static MachineConfig config(ParseResult options) {
    Boot boot =
        new Boot.Linux(
            options.matchedOptionValue("--kernel", (Path) null),
            Optional.ofNullable(options.matchedOptionValue("--initrd", (Path) null)),
            parsed(options, CMDLINE).getValue());
    MachineConfig standard =
        MachineConfig.standard(
            parsed(options, MEMORY).<Long>getValue(),
            parsed(options, CPUS).<Integer>getValue(),
            boot);
    MachineConfig pc =
        options.hasMatchedOption("--kernel-pit") ? standard.withKernelPit() : standard;
    List<DeviceRequest> kept =
        without(pc.devices(), options.matchedOptionValue("--without", List.of()));
    List<DeviceRequest> requests = options.matchedOptionValue("--device", List.of());
    return pc.withDevices(DeviceRequest.merge(kept, requests)).withRun(DeviceRules.of(options));
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

  /** The option as parsed, with its value or default: picocli copies the constants above. */
  private static OptionSpec parsed(ParseResult options, OptionSpec option) {
    return options.commandSpec().findOption(option.longestName());
  }
}
