package org.kvm4j.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The entry point: {@code kvm4j COMMAND}. */
public final class Main {

  private Main() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command; what {@link #main} does without the end. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  /**
   * The commands. Their options are told to picocli by calls instead of annotations, which it would
   * have to look up by reflection at every start.
   */
  private static CommandLine commandLine() {
    CommandSpec spec = CommandSpec.create().name("kvm4j").mixinStandardHelpOptions(true);
    spec.usageMessage()
        .description("Runs virtual machines on KVM, with devices written in Java.")
        .footer("", ExitCode.help());
    spec.versionProvider(() -> new String[] {"kvm4j " + Version.text()});
    spec.addSubcommand("run", RunCommand.spec());
    spec.addSubcommand("devices", DevicesCommand.spec());
    spec.addSubcommand("doctor", DoctorCommand.spec());
    spec.addSubcommand("demo", demo());
    CommandLine commandLine = new CommandLine(spec);
    commandLine.setExecutionStrategy(Commands::execute);
    commandLine.setParameterExceptionHandler(Commands::wrongUsage);
    return commandLine;
  }

  /** Without a subcommand, the script ./kvm4j boots Linux, before it comes here. */
  private static CommandSpec demo() {
    CommandSpec spec = CommandSpec.create().mixinStandardHelpOptions(true);
    spec.usageMessage()
        .description(
            "Boots a stock Debian kernel: to a shell on a terminal, else to a self-check."
                + " Needs the script ./kvm4j of a source checkout, which fetches the kernel;"
                + " 'demo --cpus N' there takes N virtual CPUs.");
    spec.addSubcommand("bare", BareDemoCommand.spec());
    return spec;
  }
}
