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
 * @param onMessage told what else the user should know, one sentence a time; on any thread, too
 */
public record Host(
    StreamOpener streams,
    Consumer<DeviceFaultException> onDeviceFault,
    Consumer<String> onMessage) {

  private static final System.Logger LOG = System.getLogger(Machine.class.getName());

  /** All are needed. */
  public Host {
    Objects.requireNonNull(streams, "streams");
    Objects.requireNonNull(onDeviceFault, "onDeviceFault");
    Objects.requireNonNull(onMessage, "onMessage");
  }

  /** One that logs what devices do wrong, and all messages. */
  public static Host with(StreamOpener streams) {
    return new Host(
        streams,
        fault -> LOG.log(System.Logger.Level.ERROR, fault.getMessage(), fault),
        message -> LOG.log(System.Logger.Level.WARNING, message));
  }
}
