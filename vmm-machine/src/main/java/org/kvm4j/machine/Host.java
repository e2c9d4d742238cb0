package org.kvm4j.machine;

import java.util.Objects;
import java.util.function.Consumer;
import org.kvm4j.core.device.StreamOpener;
import org.kvm4j.device.DeviceFaultException;

/**
 * What a machine needs of the program around it.
 *
 * @param streams how devices reach the host
 * @param onDeviceFault told of each device that fails, before the machine ends if it does; called
 *     on any thread, a vCPU's own among them
 */
public record Host(StreamOpener streams, Consumer<DeviceFaultException> onDeviceFault) {

  private static final System.Logger LOG = System.getLogger(Machine.class.getName());

  /** Both are needed. */
  public Host {
    Objects.requireNonNull(streams, "streams");
    Objects.requireNonNull(onDeviceFault, "onDeviceFault");
  }

  /** One that logs what devices do wrong. */
  public static Host with(StreamOpener streams) {
    return new Host(
        streams, fault -> LOG.log(System.Logger.Level.ERROR, fault.getMessage(), fault));
  }
}
