package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Optional;

/** Where a Linux kernel's words may have gone. */
final class ConsoleCauses {

  /** Each with its sentences, the surest first. */
  static final List<Cause> ALL =
      List.of(
          ConsoleCauses::noConsole,
          ConsoleCauses::noDriver,
          ConsoleCauses::noEarlyConsole,
          ConsoleCauses::notOpened);

  private ConsoleCauses() {}

  private static Optional<String> noConsole(Explanation e) {
    return Cause.when(
        e.outputBytes() == 0
            && e.commandLine().filter(line -> !line.contains("console=ttyS")).isPresent(),
        "The kernel is not told where its console is: add console=ttyS0 to --cmdline.");
  }

  private static Optional<String> noEarlyConsole(Explanation e) {
    return Cause.when(
        e.outputBytes() == 0
            && e.commandLine().filter(ConsoleCauses::hasNoEarlyConsole).isPresent(),
        "Linux prints only once its console works. earlyprintk=serial on --cmdline shows what"
            + " comes before that.");
  }

  private static boolean hasNoEarlyConsole(String commandLine) {
    return commandLine.contains("console=ttyS")
        && !commandLine.contains("earlyprintk")
        && !commandLine.contains("earlycon");
  }

  /** It has come to wait for something, so it has got past its drivers. */
  private static Optional<String> noDriver(Explanation e) {
    return Cause.when(
        isSilentOnSerial(e) && e.devices().contains("serial") && e.isIdle(),
        "The kernel runs and prints nothing: it may lack the serial port's driver. Build it with"
            + " CONFIG_SERIAL_8250=y and CONFIG_SERIAL_8250_CONSOLE=y; a module comes too late.");
  }

  /** Said by the early console, which goes on where no other takes over. */
  private static Optional<String> notOpened(Explanation e) {
    return Cause.when(
        e.lastOutput().contains("unable to open an initial console"),
        "The guest's programs have no console. Either the kernel has no driver for it"
            + " (CONFIG_SERIAL_8250=y and CONFIG_SERIAL_8250_CONSOLE=y), or the initial RAM disk"
            + " has no /dev/console (a character device 5 1).");
  }

  /** Although it was to speak. */
  private static boolean isSilentOnSerial(Explanation e) {
    return e.outputBytes() == 0
        && e.commandLine()
            .filter(line -> line.contains("console=ttyS") && !line.contains("quiet"))
            .isPresent();
  }
}
