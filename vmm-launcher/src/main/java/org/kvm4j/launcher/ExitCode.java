package org.kvm4j.launcher;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.kvm4j.machine.MachineEnd;

/** What the process tells its caller. */
enum ExitCode {
  POWER_OFF(0, "the guest switched the machine off, or the command did its work"),
  HOST_ERROR(1, "KVM, a device, a file or the host failed"),
  USAGE(2, "the command line or a device option is wrong"),
  RESET(3, "the guest reset the machine, with --on-reset stop"),
  GUEST_PANIC(4, "the guest's kernel crashed and said so"),
  TRIPLE_FAULT(5, "the guest's CPU shut down"),
  HALTED(6, "the guest halted for good"),
  STOPPED(7, "you ended the machine from the terminal"),
  NO_STOCK_KERNEL(8, "KVM works, but cannot boot a stock Linux kernel");

  /** Of these, some are among the above: a guest that uses the device chooses its statuses so. */
  private static final String DEBUG_EXIT =
      "%n  2v+1  the guest wrote v to the device debug-exit, if the machine has one";

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  /** The exit code of a process whose machine has ended so. */
  static int of(MachineEnd end) {
    return switch (end.kind()) {
      case POWER_OFF -> POWER_OFF.number;
      case RESET -> RESET.number;
      case GUEST_PANIC -> GUEST_PANIC.number;
      case TRIPLE_FAULT -> TRIPLE_FAULT.number;
      case DEBUG_EXIT -> end.status().orElseThrow();
      case HALTED -> HALTED.number;
      case STOPPED -> STOPPED.number;
      case FAILED -> HOST_ERROR.number;
    };
  }

  static String help() {
    return Arrays.stream(values())
        .map(code -> "  %d  %s".formatted(code.number, code.meaning))
        .collect(
            Collectors.joining(
                "%n",
                "Exit codes:%n", DEBUG_EXIT + "%n  143  the launcher was told to end by SIGTERM"));
  }
}
