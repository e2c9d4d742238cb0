package org.kvm4j.machine;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.kvm4j.GuestMemory;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.VcpuFailureException;
import org.kvm4j.core.HostCpus;
import org.kvm4j.device.VmEvent;

/** The platform thread of one vCPU: runs it until the machine ends. */
final class VcpuThread implements Runnable {

  private static final System.Logger LOG = System.getLogger(VcpuThread.class.getName());

  private final Vcpu vcpu;
  private final GuestMemory memory;
  private final InterruptChips interrupts;
  private final EndLatch end;
  private final PauseGate gate;
  private final BiConsumer<VmEvent, String> onRequest;
  private final Thread thread;
  private final VcpuWitness witness;
  private final AtomicReference<Consumer<Vcpu>> question = new AtomicReference<>();
  private Set<Integer> hostCpus = Set.of();

  /**
   * For one vCPU.
   *
   * @param onRequest what becomes of a power-off, reset or crash that KVM tells of
   */
  VcpuThread(
      Vcpu vcpu,
      GuestMemory memory,
      InterruptChips interrupts,
      EndLatch end,
      PauseGate gate,
      BiConsumer<VmEvent, String> onRequest) {
    this.vcpu = vcpu;
    this.memory = memory;
    this.interrupts = interrupts;
    this.end = end;
    this.gate = gate;
    this.witness = new VcpuWitness(vcpu, memory);
    this.onRequest = onRequest;
    this.thread = new Thread(this, "kvm4j-vcpu-" + vcpu.id());
  }

  /** Keeps it on some of the host's CPUs, once it is started; none for any. */
  void pinTo(Set<Integer> cpus) {
    hostCpus = cpus;
  }

  Thread thread() {
    return thread;
  }

  VcpuWitness witness() {
    return witness;
  }

  void start() {
    gate.expect();
    thread.start();
  }

  void kick() {
    vcpu.kick();
  }

  /**
   * Has the vCPU do something on its thread when it is next out of the guest, which is soon unless
   * a device keeps it, it stands or it has ended. One that was asked before and not done is
   * dropped.
   */
  void ask(Consumer<Vcpu> newQuestion) {
    question.set(newQuestion); // before the kick
    kick();
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
    try {
      if (!hostCpus.isEmpty()) {
        HostCpus.pinCurrentThread(hostCpus);
      }
      gate.pass(vcpu, () -> {});
      while (!end.isReported()) {
        interrupts.beforeRun(vcpu);
        handle(vcpu.run());
        answer();
        gate.pass(vcpu, this::stand);
        witness.goesOn();
      }
    } catch (KvmException e) {
      end.report(MachineEnd.failed(e));
    } catch (RuntimeException | Error e) {
      end.report(
          MachineEnd.failed(
              new KvmException("vCPU %d: %s. This is a bug in kvm4j.".formatted(vcpu.id(), e), e)));
    } finally {
      witness.stands();
      gate.leave();
    }
  }

  private void answer() {
    if (question.get() != null) {
      question.getAndSet(null).accept(vcpu);
    }
  }

  /** The guest is told, or its watchdog would take the pause for a hang. */
  private void stand() {
    witness.stands();
    try {
      var unused = vcpu.tsc().notifyPaused();
    } catch (KvmCapabilityException e) {
      LOG.log(Level.DEBUG, "the guest is not told that it was paused", e);
    }
  }

  private void handle(VcpuExit exit) {
    if (exit instanceof VcpuExit.Interrupted || interrupts.handle(exit)) {
      return; // a kick: the loop looks for an end or a pause
    }
    if (exit instanceof VcpuExit.SystemEvent event) {
      onRequest.accept(requestOf(event), "KVM_EXIT_SYSTEM_EVENT " + event.type());
      return;
    }
    witness.endsWith(exit);
    if (exit instanceof VcpuExit.Shutdown) {
      end.report(
          MachineEnd.of(
              MachineEnd.Kind.TRIPLE_FAULT, VcpuReport.of(vcpu, memory, "KVM_EXIT_SHUTDOWN")));
    } else if (exit instanceof VcpuExit.Halt) {
      end.report(MachineEnd.of(MachineEnd.Kind.HALTED, "KVM_EXIT_HLT on vCPU " + vcpu.id()));
    } else {
      throw new VcpuFailureException(exit, VcpuReport.of(vcpu, memory, exit));
    }
  }

  private static VmEvent requestOf(VcpuExit.SystemEvent event) {
    return switch (event.type()) {
      case VcpuExit.SystemEvent.SHUTDOWN -> VmEvent.POWER_OFF;
      case VcpuExit.SystemEvent.RESET -> VmEvent.RESET;
      case VcpuExit.SystemEvent.CRASH -> VmEvent.GUEST_PANIC;
      default ->
          throw new VcpuFailureException(event, "unknown KVM_EXIT_SYSTEM_EVENT " + event.type());
    };
  }
}
