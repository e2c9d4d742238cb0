package org.kvm4j.machine;

import org.kvm4j.KvmException;

/**
 * Thrown when a kernel, an initial RAM disk or a command line cannot be booted, or not with the RAM
 * that the VM has. Its message names the file, says why and what to do.
 */
public final class BootException extends KvmException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public BootException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public BootException(String message, Throwable cause) {
    super(message, cause);
  }
}
