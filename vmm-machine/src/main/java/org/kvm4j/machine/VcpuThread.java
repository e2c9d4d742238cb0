package org.kvm4j.machine;

import java.lang.System.Logger.Level;
import java.util.Set;
import org.kvm4j.GuestMemory;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.VcpuFailureException;
import org.kvm4j.core.HostCpus;

/** The platform thread of one vCPU: runs it until the machine ends. */
final class VcpuThread implements Runnable {

  private static final System.Logger LOG = System.getLogger(VcpuThread.class.getName());

  private final Vcpu vcpu;
  private final GuestMemory memory;
  private final EndLatch end;
  private final PauseGate gate;
  private final Thread thread;
  private Set<Integer> hostCpus = Set.of();

  VcpuThread(Vcpu vcpu, GuestMemory memory, EndLatch end, PauseGate gate) {
    this.vcpu = vcpu;
    this.memory = memory;
    this.end = end;
    this.gate = gate;
    this.thread = new Thread(this, "kvm4j-vcpu-" + vcpu.id());
  }

  /** Keeps it on some of the host's CPUs, once it is started; none for any. */
  void pinTo(Set<Integer> cpus) {
    hostCpus = cpus;
  }

  Thread thread() {
    return thread;
  }

  void start() {
    thread.start();
  }

  void kick() {
    vcpu.kick();
  }

  /**
   * Waits for its end.
   *
   * @param millis at most
   * @return whether it has ended
   */
  boolean join(long millis) throws InterruptedException {
    thread.join(millis);
    return !thread.isAlive();
  }

  @Override
  public void run() {
    gate.enter();
    try {
      if (!hostCpus.isEmpty()) {
        HostCpus.pinCurrentThread(hostCpus);
      }
      while (!end.isReported()) {
        handle(vcpu.run());
        gate.pass(this::tellTheGuest);
      }
    } catch (KvmException e) {
      end.report(MachineEnd.failed(e));
    } catch (RuntimeException | Error e) {
      end.report(
          MachineEnd.failed(
              new KvmException("vCPU %d: %s. This is a bug in kvm4j.".formatted(vcpu.id(), e), e)));
    } finally {
      gate.leave();
    }
  }

  /** Or its watchdog would take the pause for a hang. */
  private void tellTheGuest() {
    try {
      var unused = vcpu.tsc().notifyPaused();
    } catch (KvmCapabilityException e) {
      LOG.log(Level.DEBUG, "the guest is not told that it was paused", e);
    }
  }

  private void handle(VcpuExit exit) {
    if (exit instanceof VcpuExit.Interrupted) {
      return; // a kick: the loop looks for an end or a pause
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
