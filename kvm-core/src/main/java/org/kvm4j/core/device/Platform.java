package org.kvm4j.core.device;

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
 * @param onFault told of a device that threw; may be called from any thread and repeatedly
 */
public record Platform(
    PioSpace pio,
    MmioSpace mmio,
    LineSink lines,
    VmTime time,
    VmControl control,
    GuestMemory memory,
    StreamOpener streams,
    Consumer<DeviceFaultException> onFault) {

  /** All are needed. */
  public Platform {
    Objects.requireNonNull(pio, "pio");
    Objects.requireNonNull(mmio, "mmio");
    Objects.requireNonNull(lines, "lines");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(control, "control");
    Objects.requireNonNull(memory, "memory");
    Objects.requireNonNull(streams, "streams");
    Objects.requireNonNull(onFault, "onFault");
  }
}
