package org.kvm4j.launcher;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The entry point: {@code kvm4j COMMAND}. */
public final class Main {

  private static final List<String> COMMANDS = List.of("run", "devices", "doctor", "demo");

  private Main() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command; what {@link #main} does without the end. */
  static int run(String... args) {
    return commandLine(args.length == 0 ? "" : args[0]).execute(args);
  }

  /**
   * The commands: the one that was typed, or else all of them, because a start has no use for the
   * options of others. They are told to picocli by calls instead of annotations, which it would
   * have to look up by reflection.
   */
  private static CommandLine commandLine(String typed) {
    CommandSpec spec =
        Commands.group("Runs virtual machines on KVM, with devices written in Java.").name("kvm4j");
    spec.usageMessage().footer("", ExitCode.help());
    for (String name : COMMANDS.contains(typed) ? List.of(typed) : COMMANDS) {
      spec.addSubcommand(name, command(name));
    }
    CommandLine commandLine = new CommandLine(spec);
    commandLine.setExecutionStrategy(Commands::execute);
    commandLine.setParameterExceptionHandler(Commands::wrongUsage);
    return commandLine;
  }

  private static CommandSpec command(String name) {
    return switch (name) {
      case "run" -> RunCommand.spec();
      case "devices" -> DevicesCommand.spec();
      case "doctor" -> DoctorCommand.spec();
      default -> demo();
    };
  }

  /** Without a subcommand, the script ./kvm4j boots Linux, before it comes here. */
  private static CommandSpec demo() {
    CommandSpec spec =
        Commands.group(
            "Boots a stock Debian kernel: to a shell on a terminal, else to a self-check."
                + " Needs the script ./kvm4j of a source checkout, which fetches the kernel;"
                + " 'demo --cpus N' there takes N virtual CPUs.");
    spec.addSubcommand("bare", BareDemoCommand.spec());
    return spec;
  }
}
