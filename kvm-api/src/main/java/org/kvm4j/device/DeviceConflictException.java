package org.kvm4j.device;

/** Thrown when two devices want the same ports, addresses or interrupt. */
public final class DeviceConflictException extends DeviceException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public DeviceConflictException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public DeviceConflictException(String message, Throwable cause) {
    super(message, cause);
  }
}
