package org.kvm4j.core.device;

import org.kvm4j.device.HostStream;

/** Opens the host's end of a device's byte stream. */
@FunctionalInterface
public interface StreamOpener {

  /**
   * Opens a stream; if it is {@link AutoCloseable}, it is closed with its device.
   *
   * @param deviceId whose stream it is
   * @param spec what the user wrote
   * @throws org.kvm4j.device.DeviceConfigurationException if that cannot be opened
   */
  HostStream open(String deviceId, String spec);
}
