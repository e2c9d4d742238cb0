package org.kvm4j.launcher;

import java.io.PrintStream;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kvm4j devices}: what ServiceLoader found. */
final class DevicesCommand {

  private DevicesCommand() {}

  static CommandSpec spec() {
    return Commands.command(
        DevicesCommand::run, "Lists the devices that there are, with their options.");
  }

  private static ExitCode run(ParseResult options) {
    DeviceCatalog catalog = DeviceCatalog.load();
    catalog.all().forEach(provider -> print(provider, System.out));
    catalog.problems().forEach(Console::say);
    return ExitCode.POWER_OFF;
  }

  private static void print(DeviceProvider provider, PrintStream out) {
    String module = provider.getClass().getModule().getName();
    out.printf("%s: %s%s%n", provider.type(), provider.description(), origin(module));
    for (DeviceOption<?> option : provider.options()) {
      out.printf(
          "  %-18s %s (%s, default %s)%n",
          option.name(), option.help(), option.kind(), shown(option.defaultText()));
    }
  }

  private static String origin(String module) {
    return module == null ? "" : " [" + module + "]";
  }

  private static String shown(String defaultText) {
    return defaultText.isEmpty() ? "none" : defaultText;
  }
}
