package org.kvm4j.launcher;

import org.kvm4j.Hypervisor;
import org.kvm4j.core.Kvm;
import org.kvm4j.machine.probe.KvmProbe;
import org.kvm4j.machine.probe.KvmReport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kvm4j doctor}: what this machine's KVM can and cannot do. */
final class DoctorCommand {

  private static final OptionSpec QUIET =
      OptionSpec.builder("--quiet", "-q")
          .type(boolean.class)
          .description("Prints the verdict alone, one sentence.")
          .build();

  private DoctorCommand() {}

  static CommandSpec spec() {
    return Commands.command(
            DoctorCommand::run,
            "Tells what this machine's KVM can do, by running guests of a few bytes: whether a"
                + " stock Linux kernel can boot, if not, why, and what to do.")
        .addOption(QUIET);
  }

  private static int run(ParseResult options) {
    KvmReport report;
    try (Hypervisor hypervisor = Kvm.open()) {
      report = KvmProbe.run(hypervisor);
    }
    if (options.hasMatchedOption(QUIET.longestName())) {
      System.out.println(report.verdict());
    } else {
      System.out.println(Kvm.DEVICE + ": " + report.text());
    }
    return exitCode(report).number();
  }

  static ExitCode exitCode(KvmReport report) {
    return report.canBootStockKernel() ? ExitCode.POWER_OFF : ExitCode.NO_STOCK_KERNEL;
  }
}
