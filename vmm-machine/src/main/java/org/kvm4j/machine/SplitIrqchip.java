package org.kvm4j.machine;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.kvm4j.RunState;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.device.InterruptControllers;
import org.kvm4j.core.device.LineSink;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.MsiMessage;

/**
 * Local APICs in the kernel, all other interrupt controllers devices. KVM API,
 * KVM_CAP_SPLIT_IRQCHIP.
 *
 * <p>A pin of an I/O APIC is the GSI of its number. While its message is level-triggered, KVM has
 * it as the GSI's route, for only then does an end of interrupt leave the kernel; edges have none,
 * for a change of routes takes KVM a grace period. The PICs' INTR goes to the first vCPU, whose own
 * thread asks for the vector and queues it.
 */
final class SplitIrqchip implements InterruptChips, InterruptOutput {

  private static final int PINS = 24;
  private static final int BOOTSTRAP_PROCESSOR = 0;

  private final Vm vm;
  private final MsiMessage[] messages = new MsiMessage[PINS]; // guarded by this

  /** What KVM knows: the last level-triggered message of each pin that had one; guarded by this. */
  private final Map<Integer, MsiMessage> routes = new TreeMap<>();

  private volatile Optional<InterruptControllers> controllers = Optional.empty();
  private volatile Optional<Vcpu> first = Optional.empty();
  private volatile boolean intr;

  /** As the first vCPU knows; of its thread. */
  private boolean windowRequested;

  SplitIrqchip(Vm vm) {
    this.vm = vm;
  }

  @Override
  public LineSink lines() {
    return (gsi, high) -> {};
  }

  @Override
  public void create(InterruptControllers newControllers) {
    vm.createSplitIrqchip(PINS);
    newControllers.connectTo(this);
    controllers = Optional.of(newControllers);
  }

  @Override
  public void beforeRun(Vcpu vcpu) {
    if (vcpu.id() != BOOTSTRAP_PROCESSOR) {
      return;
    }
    if (first.isEmpty()) {
      first = Optional.of(vcpu); // before the look at INTR, or a kick could be lost
    }
    if (intr && isReady(vcpu)) {
      inject(vcpu);
    }
    boolean waits = intr;
    if (windowRequested != waits) {
      windowRequested = waits;
      vcpu.requestInterruptWindow(waits);
    }
  }

  /** KVM says no, too, while LINT0 is masked, or a vector waits already. */
  private static boolean isReady(Vcpu vcpu) {
    RunState state = vcpu.runState();
    return state.readyForInterruptInjection() && state.interruptFlag();
  }

  private void inject(Vcpu vcpu) {
    int vector = controllers.orElseThrow().acknowledge();
    if (vector != InterruptControllers.NO_VECTOR) {
      vcpu.inject().interrupt(vector);
    }
  }

  @Override
  public boolean handle(VcpuExit exit) {
    if (exit instanceof VcpuExit.IoapicEoi eoi) {
      controllers.orElseThrow().endOfInterrupt(eoi.vector());
      return true;
    }
    return exit instanceof VcpuExit.InterruptWindowOpen; // what comes next is beforeRun
  }

  @Override
  public void intr(boolean high) {
    intr = high;
    if (high) {
      first.ifPresent(Vcpu::kick);
    }
  }

  @Override
  public synchronized void route(int pin, MsiMessage message) {
    messages[pin] = message;
    if (message.isLevelTriggered() && !message.equals(routes.put(pin, message))) {
      vm.interrupts()
          .setRoutes(
              routes.entrySet().stream()
                  .<GsiRoute>map(route -> new GsiRoute.Msi(route.getKey(), route.getValue()))
                  .toList());
    }
  }

  /** A masked pin counts, too, as it keeps its message: rather no end than a wrong one. */
  @Override
  public synchronized boolean mayWakeDeafVcpus() {
    return Arrays.stream(messages)
        .filter(Objects::nonNull)
        .anyMatch(message -> InterruptChips.reachesDeafVcpus(message.deliveryMode()));
  }

  @Override
  public synchronized boolean send(int pin) {
    return messages[pin] != null && vm.interrupts().signalMsi(messages[pin]);
  }
}
