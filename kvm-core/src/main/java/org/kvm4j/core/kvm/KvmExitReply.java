package org.kvm4j.core.kvm;

import org.kvm4j.VcpuExit;
import org.kvm4j.event.ExitReply;

/** ExitReply over struct kvm_run. */
final class KvmExitReply implements ExitReply {

  private final VcpuIoctls ioctls;
  private final RunArea area;

  /** The exit that the last run handed out; one that asks for nothing if it failed or goes on. */
  private VcpuExit open = VcpuExit.Interrupted.INSTANCE;

  KvmExitReply(VcpuIoctls ioctls, RunArea area) {
    this.ioctls = ioctls;
    this.area = area;
  }

  /** A run begins: what was asked is answered now. */
  void close() {
    open = VcpuExit.Interrupted.INSTANCE;
  }

  /** A run has ended. */
  VcpuExit open(VcpuExit exit) {
    open = exit;
    return exit;
  }

  @Override
  public void msrValue(long value) {
    answer(open instanceof VcpuExit.MsrRead, "an MSR value", () -> area.answerMsrRead(value));
  }

  @Override
  public void msrAccepted() {
    boolean asked = open instanceof VcpuExit.MsrWrite;
    answer(asked, "an accepted MSR write", () -> area.answerMsr(true));
  }

  @Override
  public void msrFault() {
    boolean asked = open instanceof VcpuExit.MsrRead || open instanceof VcpuExit.MsrWrite;
    answer(asked, "an MSR fault", () -> area.answerMsr(false));
  }

  @Override
  public void hypercallResult(long result) {
    boolean asked = open instanceof VcpuExit.Hypercall;
    answer(asked, "a hypercall's result", () -> area.answerHypercall(result));
  }

  /** Holding the gate, which checks the thread first: a closed vCPU has no run area. */
  private void answer(boolean asked, String answer, Runnable write) {
    ioctls.hold(
        () -> {
          if (!asked) {
            throw new IllegalStateException(
                "%s did not ask for %s: its last run ended with %s. Answer right after the run that asks."
                    .formatted(ioctls.fd().name(), answer, open));
          }
          write.run();
        });
  }
}
