package org.kvm4j.launcher;

import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.machine.probe.BareGuest;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kvm4j demo bare}: the guest that is part of kvm4j, on the user's terminal. */
final class BareDemoCommand {

  private BareDemoCommand() {}

  static CommandSpec spec() {
    return Commands.command(
        BareDemoCommand::run,
        "Runs a guest of under 1 KiB that comes with kvm4j and needs nothing else: it greets,"
            + " counts 20 ticks of the timer and switches the machine off.");
  }

  private static int run(ParseResult options) throws InterruptedException {
    try (DeviceCatalog catalog = DeviceCatalog.load()) {
      return Session.run(BareGuest.config(), catalog);
    }
  }
}
