package org.kvm4j.launcher;

import java.io.PrintStream;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.core.device.OneLine;
import org.kvm4j.core.device.Origin;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.resource.FixedResource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kvm4j devices}: what there is, and what each wants. */
final class DevicesCommand {

  private static final String DESCRIBE = "--describe";

  private DevicesCommand() {}

  static CommandSpec spec() {
    CommandSpec spec =
        Commands.command(
            DevicesCommand::run, "Lists the devices that there are, built in and plugged in.");
    spec.addOption(
        OptionSpec.builder(DESCRIBE)
            .paramLabel("TYPE")
            .type(String.class)
            .description("Shows the options of one device, and the resources that it wants.")
            .build());
    spec.addOption(Plugins.option());
    return spec;
  }

  private static ExitCode run(ParseResult options) {
    try (DeviceCatalog catalog = Plugins.load(options)) {
      String described = options.matchedOptionValue(DESCRIBE, "");
      if (described.isEmpty()) {
        catalog.all().forEach(type -> list(type, System.out));
      } else {
        describe(catalog.find(described), System.out);
      }
    }
    return ExitCode.POWER_OFF;
  }

  /** One line, whatever a plug-in says of itself. */
  static void list(DeviceType type, PrintStream out) {
    out.printf(
        "%-12s %-50s %s%n",
        type.name(), OneLine.of(type.provider().description()), origin(type.origin()));
  }

  static void describe(DeviceType type, PrintStream out) {
    DeviceProvider provider = type.provider();
    out.printf("%s: %s%n", type.name(), OneLine.of(provider.description()));
    out.printf("from %s%n", origin(type.origin()));
    type.origin().jar().ifPresent(jar -> out.printf("in %s%n", OneLine.of(jar.toString())));
    if (!provider.options().isEmpty()) {
      out.printf("%noptions%n");
      provider.options().forEach(option -> print(option, out));
    }
    if (!provider.fixedResources().isEmpty()) {
      out.printf("%nalways has%n");
      for (FixedResource resource : provider.fixedResources()) {
        out.printf("  %s%n", resource);
      }
    }
  }

  private static void print(DeviceOption<?> option, PrintStream out) {
    out.printf(
        "  %-18s %s (%s, default %s)%s%n",
        option.name(),
        OneLine.of(option.help()),
        OneLine.of(option.kind()),
        option.defaultText().isEmpty() ? "none" : OneLine.of(option.defaultText()),
        option.resource().map(resource -> ": the place of " + resource).orElse(""));
  }

  private static String origin(Origin origin) {
    return "%s %s".formatted(origin.name(), origin.version());
  }
}
