package org.kvm4j.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.kvm4j.core.device.VmTime;
import org.kvm4j.machine.FaultPolicy;
import org.kvm4j.machine.ResetPolicy;
import org.kvm4j.machine.RunOptions;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The options that say how a machine is run: policies, the clock, and what is kept of it. */
final class RunRules {

  private static final String ON_FAULT = "--on-device-fault";
  private static final String ON_RESET = "--on-reset";
  private static final String BUDGET = "--device-budget";
  private static final String CLOCK = "--clock";
  private static final String CLOCK_STEP = "--clock-step";
  private static final String RECORD = "--record";
  private static final String MANUAL = "manual";

  private RunRules() {}

  /**
   * The only place that makes this converter: two equal ones in a class crash the JVM (17.0.15)
   * when it archives the classes, since picocli's interfaces are of an old version.
   */
  private static OptionSpec.Builder durationOption(String name) {
    return OptionSpec.builder(name)
        .paramLabel("TIME")
        .type(Duration.class)
        .converters(DurationText::parse);
  }

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(ON_FAULT)
            .paramLabel("stop|fence")
            .type(FaultPolicy.class)
            .converters(RunRules::policy)
            .description(
                "What to do when a device throws or takes too long: end the machine, or go on"
                    + " without the device, whose reads give all ones then. Default: stop")
            .build(),
        OptionSpec.builder(ON_RESET)
            .paramLabel("restart|stop")
            .type(ResetPolicy.class)
            .converters(RunRules::resetPolicy)
            .description(
                "What to do when the guest resets the machine: start it again, or end with exit"
                    + " code 3. Default: restart")
            .build(),
        durationOption(BUDGET)
            .description(
                "How long a device may take for one call: 50ms. Default: %d ms"
                    .formatted(RunOptions.STANDARD.deviceBudget().toMillis()))
            .build(),
        OptionSpec.builder(CLOCK)
            .paramLabel("RATE|manual")
            .type(double.class)
            .converters(RunRules::rate)
            .description(
                "How fast the clock of the devices runs (timers, real-time clock): 0.5 is half as"
                    + " fast as the host's; 'manual' moves it by Ctrl-A s alone. Default: 1")
            .build(),
        durationOption(CLOCK_STEP)
            .description(
                "How far Ctrl-A s moves that clock. Default: %d ms"
                    .formatted(MachineKeys.STANDARD_STEP.toMillis()))
            .build(),
        OptionSpec.builder(RECORD)
            .paramLabel("FILE")
            .type(Path.class)
            .description(
                "Writes what happens at the devices into a new file, from which a unit test can"
                    + " replay it. It holds what is typed, too.")
            .build());
  }

  static RunOptions of(ParseResult options) {
    RunOptions standard = RunOptions.STANDARD;
    RunOptions chosen =
        standard
            .withOnDeviceFault(options.matchedOptionValue(ON_FAULT, standard.onDeviceFault()))
            .withOnReset(options.matchedOptionValue(ON_RESET, standard.onReset()))
            .withDeviceBudget(options.matchedOptionValue(BUDGET, standard.deviceBudget()))
            .withClockRate(options.matchedOptionValue(CLOCK, standard.clockRate()));
    Path recording = options.matchedOptionValue(RECORD, (Path) null);
    return recording == null ? chosen : chosen.withRecording(recording);
  }

  static Duration clockStep(ParseResult options) {
    return options.matchedOptionValue(CLOCK_STEP, MachineKeys.STANDARD_STEP);
  }

  private static FaultPolicy policy(String text) {
    return switch (text) {
      case "stop" -> FaultPolicy.STOP;
      case "fence" -> FaultPolicy.FENCE;
      default ->
          throw new TypeConversionException("'%s' is neither stop nor fence".formatted(text));
    };
  }

  private static ResetPolicy resetPolicy(String text) {
    return switch (text) {
      case "restart" -> ResetPolicy.RESTART;
      case "stop" -> ResetPolicy.STOP;
      default ->
          throw new TypeConversionException("'%s' is neither restart nor stop".formatted(text));
    };
  }

  private static double rate(String text) {
    if (text.toLowerCase(Locale.ROOT).equals(MANUAL)) {
      return 0;
    }
    try {
      double rate = Double.parseDouble(text);
      if (rate > 0 && rate <= VmTime.FASTEST_RATE) {
        return rate;
      }
    } catch (NumberFormatException e) {
      throw refused(text, e);
    }
    throw refused(text, null);
  }

  private static TypeConversionException refused(String text, NumberFormatException cause) {
    var refusal =
        new TypeConversionException(
            "'%s' is no rate of a clock. Write a number up to %.0f, or manual"
                .formatted(text, VmTime.FASTEST_RATE));
    refusal.initCause(cause);
    return refusal;
  }
}
