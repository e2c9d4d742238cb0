package org.kvm4j.device;

/** Thrown when a saved state does not fit the device that should take it. */
public final class DeviceStateException extends DeviceException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public DeviceStateException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public DeviceStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
