package org.kvm4j.machine;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.device.VmTime;
import org.kvm4j.device.VmEvent;

/**
 * All vCPUs of a machine with their threads, from their start to their end, and the VM's clock and
 * the guest's own, which stand while they do.
 *
 * <p>Threading: who creates the machine adds and starts them; {@link #pause} and {@link #resume}
 * one thread at a time; all else any.
 */
final class VcpuThreads {

  /** Of a vCPU in a device that has failed. */
  private static final long MOST_MILLIS_TO_COME_BACK = 2000;

  private static final long MILLIS_BETWEEN_LOOKS = 200;

  private final Vm vm;
  private final VmTime time;
  private final InterruptChips interrupts;
  private final BiConsumer<VmEvent, String> onRequest;
  private final EndLatch end = new EndLatch(this::letAllEnd);
  private final PauseGate gate = new PauseGate();
  private final GuestClocks guestClocks;
  private final HaltWatch haltWatch;

  /** Grows while a stream's thread may already end the machine, which goes through it. */
  private final List<VcpuThread> threads = new CopyOnWriteArrayList<>();

  private volatile boolean deviceFailed;
  private boolean paused;
  private boolean started;

  /**
   * None yet.
   *
   * @param count how many there will be
   * @param onRequest what becomes of a power-off, reset or crash that KVM tells of
   */
  VcpuThreads(
      Vm vm,
      VmTime time,
      InterruptChips interrupts,
      int count,
      BiConsumer<VmEvent, String> onRequest) {
    this.vm = vm;
    this.time = time;
    this.interrupts = interrupts;
    this.onRequest = onRequest;
    guestClocks = new GuestClocks(vm, gate);
    haltWatch = new HaltWatch(count, this::askAll, interrupts, gate, end);
  }

  /** Takes the first end of the machine, and lets them all end then. */
  EndLatch end() {
    return end;
  }

  /** Where they do errands while they stand. */
  PauseGate gate() {
    return gate;
  }

  /** In the order in which they were added. */
  List<VcpuThread> all() {
    return threads;
  }

  /**
   * Gives a vCPU its thread, which is not started.
   *
   * @param hostCpus those that it is kept on, or none for any
   */
  Thread add(Vcpu vcpu, Set<Integer> hostCpus) {
    VcpuThread added = new VcpuThread(vcpu, vm.memory(), interrupts, end, gate, onRequest);
    added.pinTo(hostCpus);
    threads.add(added);
    return added.thread();
  }

  /** Starts them, and the clock unless they are paused. */
  void start() {
    started = true;
    if (!paused) {
      time.start();
    }
    threads.forEach(VcpuThread::start);
    haltWatch.start();
  }

  boolean hasStarted() {
    return started;
  }

  /** Makes them stand, without waiting until they do; each such call needs a reopened gate. */
  void letStand() {
    gate.close();
    kickAll();
  }

  /**
   * Waits until they stand, and the clocks with them.
   *
   * @throws org.kvm4j.KvmException if one does not stop, because a device keeps it
   * @throws InterruptedException if the waiting thread is interrupted; they go on
   */
  void pause() throws InterruptedException {
    letStand();
    try {
      if (gate.awaitStanding() && started) {
        guestClocks.stop();
      }
    } catch (InterruptedException | RuntimeException e) {
      gate.reopen();
      throw e;
    }
    time.stop();
    paused = true;
  }

  /** Takes a pause back. */
  void resume() {
    paused = false;
    if (started) {
      guestClocks.start();
      time.start();
    }
    gate.reopen();
  }

  boolean isPaused() {
    return paused;
  }

  /** From now on one may never come back, as its device does not. */
  void deviceFailed() {
    deviceFailed = true;
  }

  /** Waits until all have ended but those that a failed device keeps; the clock stands then. */
  void awaitEnd() throws InterruptedException {
    for (VcpuThread thread : threads) {
      var unused = comesBack(thread);
    }
    time.stop();
  }

  /**
   * Waits for their end, which was reported.
   *
   * @return whether all have ended; false if a failed device keeps one
   */
  boolean join() {
    kickAll();
    boolean ended = true;
    boolean interrupted = false;
    for (VcpuThread thread : threads) {
      while (true) {
        try {
          ended &= comesBack(thread);
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    haltWatch.close();
    return ended;
  }

  /**
   * Waits for a vCPU's end. A device that has failed may keep it for ever; nothing else does, and a
   * device may also fail while this waits.
   */
  private boolean comesBack(VcpuThread thread) throws InterruptedException {
    while (!deviceFailed) {
      if (thread.join(MILLIS_BETWEEN_LOOKS)) {
        return true;
      }
    }
    return thread.join(MOST_MILLIS_TO_COME_BACK);
  }

  private void letAllEnd() {
    gate.openForGood();
    kickAll();
  }

  private void askAll(Consumer<Vcpu> question) {
    threads.forEach(thread -> thread.ask(question));
  }

  private void kickAll() {
    threads.forEach(VcpuThread::kick);
  }
}
