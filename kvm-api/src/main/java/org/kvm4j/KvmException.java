package org.kvm4j;

/**
 * The root of all errors of kvm4j. Its message says what failed, why, and what to do.
 *
 * <p>Unchecked: most callers can only report it, and the message is written for that.
 */
public class KvmException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a message of the form "what failed: why. What to do". */
  public KvmException(String message) {
    super(message);
  }

  /** With the exception behind it. */
  public KvmException(String message, Throwable cause) {
    super(message, cause);
  }
}
