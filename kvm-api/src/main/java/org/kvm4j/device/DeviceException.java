package org.kvm4j.device;

import org.kvm4j.KvmException;

/** Thrown when the devices of a VM cannot be set up or go on. */
public class DeviceException extends KvmException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public DeviceException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
