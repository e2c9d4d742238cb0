package org.kvm4j.device;

/** Thrown when a device threw out of a handler, timer task or callback: a bug in that device. */
public final class DeviceFaultException extends DeviceException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public DeviceFaultException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public DeviceFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
