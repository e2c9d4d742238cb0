package org.kvm4j.device;

/** Thrown when a device does not exist, or an option of it is unknown or has a bad value. */
public final class DeviceConfigurationException extends DeviceException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public DeviceConfigurationException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public DeviceConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
