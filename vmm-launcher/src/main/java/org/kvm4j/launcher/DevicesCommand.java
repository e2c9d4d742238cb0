package org.kvm4j.launcher;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;
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

  /** What is longer pushes the rest of its own line alone. */
  private static final int WIDEST_COLUMN = 60;

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

  private static int run(ParseResult options) {
    try (DeviceCatalog catalog = Plugins.load(options)) {
      String described = options.matchedOptionValue(DESCRIBE, "");
      if (described.isEmpty()) {
        list(catalog.all(), System.out);
      } else {
        describe(catalog.find(described), System.out);
      }
    }
    return ExitCode.POWER_OFF.number();
  }

  /** One line each, in columns, whatever a plug-in says of itself. */
  static void list(List<DeviceType> types, PrintStream out) {
    int names = widest(types, DeviceType::name);
    int descriptions = widest(types, DevicesCommand::description);
    String line = "%%-%ds  %%-%ds  %%s%%n".formatted(names, descriptions);
    for (DeviceType type : types) {
      out.printf(line, type.name(), description(type), origin(type.origin()));
    }
  }

  private static int widest(List<DeviceType> types, Function<DeviceType, String> column) {
    return types.stream()
        .mapToInt(type -> Math.min(column.apply(type).length(), WIDEST_COLUMN))
        .max()
        .orElse(1);
  }

  private static String description(DeviceType type) {
    return OneLine.of(type.provider().description());
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
