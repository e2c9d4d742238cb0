package org.kvm4j.machine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.kvm4j.core.device.Platform;
import org.kvm4j.core.device.VmTime;

/**
 * How a machine is run, whatever is in it. Immutable.
 *
 * @param onDeviceFault what becomes of the machine when a device fails
 * @param deviceBudget how long a device may take for one call, until it counts as failed
 * @param clockRate of the VM's clock, which the devices go by: nanoseconds a nanosecond of the
 *     host's, 0 to {@link VmTime#FASTEST_RATE}; at 0 it is moved by {@link Machine#stepClock} alone
 * @param onReset what becomes of the machine when its guest resets it
 * @param recording a file to be made, with all that happens between the devices and the rest
 */
public record RunOptions(
    FaultPolicy onDeviceFault,
    Duration deviceBudget,
    double clockRate,
    ResetPolicy onReset,
    Optional<Path> recording) {

  /** A device that fails ends the machine, a reset starts it again; the clock is the host's. */
  public static final RunOptions STANDARD =
      new RunOptions(
          FaultPolicy.STOP,
          Platform.STANDARD_CALL_BUDGET,
          1,
          ResetPolicy.RESTART,
          Optional.empty());

  /** Checks all. */
  public RunOptions {
    Objects.requireNonNull(onDeviceFault, "onDeviceFault");
    Objects.requireNonNull(onReset, "onReset");
    Objects.requireNonNull(recording, "recording");
    if (deviceBudget.isNegative() || deviceBudget.isZero()) {
      throw new IllegalArgumentException(
          "a device budget of %s: use more than 0".formatted(deviceBudget));
    }
    VmTime.checkRate(clockRate);
  }

  /** The same with another policy. */
  public RunOptions withOnDeviceFault(FaultPolicy policy) {
    return new RunOptions(policy, deviceBudget, clockRate, onReset, recording);
  }

  /** The same with another budget. */
  public RunOptions withDeviceBudget(Duration budget) {
    return new RunOptions(onDeviceFault, budget, clockRate, onReset, recording);
  }

  /** The same with another rate of the clock. */
  public RunOptions withClockRate(double rate) {
    return new RunOptions(onDeviceFault, deviceBudget, rate, onReset, recording);
  }

  /** The same with another policy for resets. */
  public RunOptions withOnReset(ResetPolicy policy) {
    return new RunOptions(onDeviceFault, deviceBudget, clockRate, policy, recording);
  }

  /** The same with a recording. */
  public RunOptions withRecording(Path file) {
    return new RunOptions(onDeviceFault, deviceBudget, clockRate, onReset, Optional.of(file));
  }
}
