package org.kvm4j.device;

/**
 * Tells of a device that threw out of a handler, timer task or callback, took too long for one, or
 * left a thread behind: a bug in that device. The message names the access; the cause, if there is
 * one, has the stack.
 */
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
