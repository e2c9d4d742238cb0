package org.kvm4j.machine;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.stats.Statistics;

/**
 * Ends a machine whose vCPUs are all halted for ever. With local APICs in the kernel KVM tells
 * nobody of a {@code hlt}, and waits for an interrupt that a guest with interrupts off never takes.
 *
 * <p>Once a second it compares how often the vCPUs have left the guest, and does nothing more while
 * they do. When a second brought nothing, it has each vCPU say, on its own thread, whether it
 * {@linkplain VcpuRest rests}; a halted vCPU comes out of KVM_RUN for that and halts on without
 * having been in the guest. Once for each such phase: as the vCPUs still have the same counts, what
 * they said one after the other is true of one moment.
 *
 * <p>Not for ever are: a halt with interrupts on, whatever may come; an NMI, SMI or INIT that a pin
 * of an I/O APIC may still send, whether or not its device will; a machine that stands or is being
 * reset. A device that would reset the machine of its own accord, as a watchdog does, comes too
 * late. Without KVM_GET_STATS_FD (before Linux 5.14) nothing is watched.
 *
 * <p>Threading: its own thread, those of the vCPUs, and any to close it.
 */
final class HaltWatch implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(HaltWatch.class.getName());

  private static final int SECONDS_BETWEEN_LOOKS = 1;

  /** KVM's name for how often a vCPU has left the guest. */
  private static final String EXITS = "exits";

  private final int vcpus;
  private final Consumer<Consumer<Vcpu>> askAll;
  private final InterruptChips chips;
  private final PauseGate gate;
  private final EndLatch end;
  private final Map<Integer, Statistics> statistics = new ConcurrentHashMap<>(); // by vCPU
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "kvm4j-halt");
  private volatile boolean blind;
  private Phase last = Phase.NONE;
  private Phase looked = Phase.NONE;

  private record Phase(long timesClosed, Map<Integer, Long> exits) {
    static final Phase NONE = new Phase(-1, Map.of());

    /**
     * Whether no vCPU was in the guest, and nobody else had them, between the two. The JVM would
     * put a record's own {@code equals} together at the first call, while the guest starts.
     */
    boolean isStill(Phase before) {
      return timesClosed == before.timesClosed && exits.equals(before.exits);
    }
  }

  /**
   * For one machine.
   *
   * @param vcpus how many it has
   * @param askAll has each of them do something on its own thread, soon, without waiting; what was
   *     not done yet of the question before is dropped
   */
  HaltWatch(
      int vcpus,
      Consumer<Consumer<Vcpu>> askAll,
      InterruptChips chips,
      PauseGate gate,
      EndLatch end) {
    this.vcpus = vcpus;
    this.askAll = askAll;
    this.chips = chips;
    this.gate = gate;
    this.end = end;
    thread.setDaemon(true);
  }

  /** Begins to watch. */
  void start() {
    thread.start();
  }

  private void watch() {
    try {
      while (!blind
          && !closed.await(SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS)
          && !end.isReported()) {
        tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does
    } catch (KvmException e) {
      giveUp(e.getMessage());
    }
  }

  /** What it does once a second. */
  void tick() {
    Phase now = phase();
    if (blind || gate.isClosed()) { // asked after the phase: see conclude
      return;
    }
    if (statistics.size() < vcpus) {
      askAll.accept(guarded(this::openStatistics));
    } else if (now.isStill(last) && !now.isStill(looked)) {
      looked = now;
      HaltLook look = new HaltLook(vcpus, text -> conclude(now, text));
      askAll.accept(guarded(look::at));
    }
    last = now;
  }

  private Phase phase() {
    return new Phase(
        gate.timesClosed(),
        statistics.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> entry.getValue().value(EXITS))));
  }

  /** All rested when they were asked: did they rest all the time, and does nobody wake them? */
  private void conclude(Phase before, String text) {
    if (phase().isStill(before) && !chips.mayWakeDeafVcpus()) {
      end.report(MachineEnd.of(MachineEnd.Kind.HALTED, text));
    }
  }

  /** Only here, and not at the start: a guest that ends before needs none. */
  private void openStatistics(Vcpu vcpu) {
    if (statistics.containsKey(vcpu.id())) {
      return;
    }
    Statistics opened = vcpu.statistics(); // closed with the vCPU
    if (opened.descriptors().stream().noneMatch(of -> of.name().equals(EXITS))) {
      giveUp("this KVM does not count exits");
      return;
    }
    statistics.put(vcpu.id(), opened);
  }

  /** A look that fails must not take the machine along. */
  private Consumer<Vcpu> guarded(Consumer<Vcpu> errand) {
    return vcpu -> {
      try {
        errand.accept(vcpu);
      } catch (KvmException e) {
        giveUp(e.getMessage());
      }
    };
  }

  private void giveUp(String why) {
    blind = true;
    LOG.log(Level.DEBUG, "a guest that halts for ever is not noticed: {0}", why);
  }

  /** Ends the watch; nothing is looked at afterwards. Idempotent. */
  @Override
  public void close() {
    closed.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // it ends at once
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
