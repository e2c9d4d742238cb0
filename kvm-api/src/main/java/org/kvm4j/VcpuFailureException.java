package org.kvm4j;

/** Thrown when a vCPU cannot go on: the message has the exit, the registers and the code at RIP. */
public final class VcpuFailureException extends KvmException {

  private static final long serialVersionUID = 1L;

  private final transient VcpuExit exit;

  /** For the exit that cannot be handled. */
  public VcpuFailureException(VcpuExit exit, String message) {
    super(message);
    this.exit = exit;
  }

  /** What the vCPU stopped with. */
  public VcpuExit exit() {
    return exit;
  }
}
