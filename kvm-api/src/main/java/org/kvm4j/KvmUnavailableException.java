package org.kvm4j;

/** Thrown when there is no usable {@code /dev/kvm}: absent, not permitted, or of another API. */
public final class KvmUnavailableException extends KvmException {

  private static final long serialVersionUID = 1L;

  /** With a message that says what to do about it. */
  public KvmUnavailableException(String message) {
    super(message);
  }
}
