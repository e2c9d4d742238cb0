package org.kvm4j.launcher;

import java.util.List;
import org.kvm4j.KvmException;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** How every command is run, and what its failures look like: one sentence and an exit code. */
final class Commands {

  /** A command's work, given its parsed options. */
  @FunctionalInterface
  interface Action {
    /** Returns the exit code of the process. */
    int run(ParseResult options) throws InterruptedException;
  }

  private Commands() {}

  /** A command with its action, which picocli keeps for {@link #execute}. */
  static CommandSpec command(Action action, String description) {
    return described(CommandSpec.wrapWithoutInspection(action), description);
  }

  /** A command that only has subcommands. */
  static CommandSpec group(String description) {
    return described(CommandSpec.create(), description);
  }

  /** With the options that every command has: picocli's own come by way of annotations. */
  private static CommandSpec described(CommandSpec spec, String description) {
    spec.usageMessage().description(description);
    spec.versionProvider(() -> new String[] {"kvm4j " + Version.text()});
    return spec.addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Shows this help and ends.")
                .build())
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Prints the version and ends.")
                .build());
  }

  static int execute(ParseResult parsed) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    ParseResult innermost = parsed;
    while (innermost.hasSubcommand()) {
      innermost = innermost.subcommand();
    }
    CommandSpec spec = innermost.commandSpec();
    if (!(spec.userObject() instanceof Action action)) {
      spec.commandLine().usage(System.err);
      return ExitCode.USAGE.number();
    }
    return run(action, innermost);
  }

  private static int run(Action action, ParseResult options) {
    try {
      return action.run(options);
    } catch (DeviceConfigurationException | DeviceConflictException e) {
      Console.error(e.getMessage());
      return ExitCode.USAGE.number();
    } catch (KvmException e) {
      Console.error(e.getMessage());
      return ExitCode.HOST_ERROR.number();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Console.error("Interrupted.");
      return ExitCode.HOST_ERROR.number();
    }
  }

  static int wrongUsage(ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    Console.error(
        "%s. See '%s --help'.".formatted(sentence(e).replaceAll("\\.?\\s*$", ""), command));
    return ExitCode.USAGE.number();
  }

  private static String sentence(ParameterException e) {
    List<String> commands = List.copyOf(e.getCommandLine().getSubcommands().keySet());
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !commands.isEmpty()) {
      String wrong = unmatched.getUnmatched().get(0);
      return "There is no command '%s'. %sCommands: %s"
          .formatted(wrong, NearestName.hint(wrong, commands), String.join(", ", commands));
    }
    return e.getMessage();
  }
}
