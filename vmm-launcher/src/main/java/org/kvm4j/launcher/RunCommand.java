package org.kvm4j.launcher;

import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.MachineConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kvm4j run}: boots a Linux kernel. */
final class RunCommand {

  private RunCommand() {}

  static CommandSpec spec() {
    CommandSpec spec = Commands.command(RunCommand::run, "Boots a Linux kernel.");
    BootOptions.options().forEach(spec::addOption);
    HardwareOptions.options().forEach(spec::addOption);
    CpuOptions.options().forEach(spec::addOption);
    spec.addOption(Plugins.option());
    spec.addOption(Plugins.watchOption());
    RunRules.options().forEach(spec::addOption);
    Explainer.options().forEach(spec::addOption);
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
          new Session.Options(
              RunRules.clockStep(options),
              Plugins.watched(options),
              Explainer.of(options, config)));
    }
  }

  private static MachineConfig config(ParseResult options) {
    return HardwareOptions.of(options, BootOptions.of(options)).withRun(RunRules.of(options));
  }
}
