package org.kvm4j.machine;

import org.kvm4j.GuestMemory;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.VcpuFailureException;

/** The platform thread of one vCPU: runs it until the machine ends. */
final class VcpuThread implements Runnable {

  private final Vcpu vcpu;
  private final GuestMemory memory;
  private final EndLatch end;
  private final Thread thread;

  VcpuThread(Vcpu vcpu, GuestMemory memory, EndLatch end) {
    this.vcpu = vcpu;
    this.memory = memory;
    this.end = end;
    this.thread = new Thread(this, "kvm4j-vcpu-" + vcpu.id());
  }

  void start() {
    thread.start();
  }

  void kick() {
    vcpu.kick();
  }

  void join() throws InterruptedException {
    thread.join();
  }

  @Override
  public void run() {
    try {
      while (!end.isReported()) {
        handle(vcpu.run());
      }
    } catch (KvmException e) {
      end.report(MachineEnd.failed(e));
    } catch (RuntimeException | Error e) {
      end.report(
          MachineEnd.failed(
              new KvmException("vCPU %d: %s. This is a bug in kvm4j.".formatted(vcpu.id(), e), e)));
    }
  }

  private void handle(VcpuExit exit) {
    if (exit instanceof VcpuExit.Interrupted) {
      return; // a kick: the loop looks for an end
    }
    if (exit instanceof VcpuExit.Shutdown) {
      end.report(
          MachineEnd.of(
              MachineEnd.Kind.TRIPLE_FAULT, VcpuReport.of(vcpu, memory, "KVM_EXIT_SHUTDOWN")));
    } else if (exit instanceof VcpuExit.Halt) {
      end.report(MachineEnd.of(MachineEnd.Kind.HALTED, "KVM_EXIT_HLT on vCPU " + vcpu.id()));
    } else if (exit instanceof VcpuExit.SystemEvent event) {
      end.report(systemEvent(event));
    } else {
      throw new VcpuFailureException(exit, VcpuReport.of(vcpu, memory, exit));
    }
  }

  private static MachineEnd systemEvent(VcpuExit.SystemEvent event) {
    String cause = "KVM_EXIT_SYSTEM_EVENT " + event.type();
    return switch (event.type()) {
      case VcpuExit.SystemEvent.SHUTDOWN -> MachineEnd.of(MachineEnd.Kind.POWER_OFF, cause);
      case VcpuExit.SystemEvent.RESET -> MachineEnd.of(MachineEnd.Kind.RESET, cause);
      case VcpuExit.SystemEvent.CRASH -> MachineEnd.of(MachineEnd.Kind.GUEST_PANIC, cause);
      default -> throw new VcpuFailureException(event, "unknown " + cause);
    };
  }
}
