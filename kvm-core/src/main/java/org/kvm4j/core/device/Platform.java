package org.kvm4j.core.device;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.kvm4j.GuestMemory;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.VmControl;

/**
 * What a VM offers to its devices.
 *
 * @param pio where port ranges are connected
 * @param mmio where memory ranges are connected
 * @param lines where interrupt lines lead
 * @param time the VM's clock and timers; whoever made it closes it
 * @param control what becomes of a device's requests
 * @param memory guest RAM
 * @param streams how byte streams are opened
 * @param callBudget how long a device may take for one call, until it counts as failed
 * @param onFault told of a device that has failed and is fenced now: its reads give all ones, its
 *     lines are low, nothing of it runs; may be called from any thread
 */
public record Platform(
    PioSpace pio,
    MmioSpace mmio,
    LineSink lines,
    VmTime time,
    VmControl control,
    GuestMemory memory,
    StreamOpener streams,
    Duration callBudget,
    Consumer<DeviceFaultException> onFault) {

  /**
   * A call budget that only a device that is stuck exceeds, even on a host that is overloaded; a
   * guest's own watchdogs wait longer.
   */
  public static final Duration STANDARD_CALL_BUDGET = Duration.ofSeconds(5);

  /** All are needed. */
  public Platform {
    Objects.requireNonNull(pio, "pio");
    Objects.requireNonNull(mmio, "mmio");
    Objects.requireNonNull(lines, "lines");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(control, "control");
    Objects.requireNonNull(memory, "memory");
    Objects.requireNonNull(streams, "streams");
    if (callBudget.isNegative() || callBudget.isZero()) {
      throw new IllegalArgumentException("a call budget of " + callBudget + ": use more than 0");
    }
    Objects.requireNonNull(onFault, "onFault");
  }

  /** The same for a device on trial. */
  Platform with(Consumer<DeviceFaultException> newOnFault) {
    return new Platform(pio, mmio, lines, time, control, memory, streams, callBudget, newOnFault);
  }
}
