package org.kvm4j;

/** Thrown when a system call to KVM fails. */
public final class KvmIoctlException extends KvmException {

  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * For one failed call.
   *
   * @param call as in the kernel: {@code KVM_CREATE_VM}
   * @param errno the kernel's positive error number
   * @param message in full: what failed, why, what to do
   */
  public KvmIoctlException(String call, int errno, String message) {
    super(message);
    this.call = call;
    this.errno = errno;
  }

  /** The kernel's name of the call. */
  public String call() {
    return call;
  }

  /** The kernel's error number, positive. */
  public int errno() {
    return errno;
  }
}
