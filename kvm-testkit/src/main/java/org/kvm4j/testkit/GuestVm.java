package org.kvm4j.testkit;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.kvm4j.Buses;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.MpState;
import org.kvm4j.Registers;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.IoapicState;
import org.kvm4j.irq.Irqchip;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.state.LocalApicState;

/**
 * A VM whose processor, RAM and interrupt controllers are KVM's and all else a mock machine's.
 *
 * <p>The vCPU has a thread of its own, because a device that does not return from a handler must
 * not take the test along. Between {@code run} and the guest's halt the test waits, so the two
 * never run at once.
 */
final class GuestVm {

  private static final long TSS_ADDRESS = 0xfffb_d000L;
  private static final long IDENTITY_MAP_ADDRESS = 0xfffb_c000L;
  private static final long IOAPIC_ADDRESS = 0xfec0_0000L;
  private static final long LOCAL_APIC_ADDRESS = 0xfee0_0000L;
  private static final long APIC_BYTES = 0x1000;
  private static final int[] PIC_PORTS = {0x20, 0xa0, 0x4d0};
  private static final int SPURIOUS_VECTOR = 0xff;
  private static final int FIRST_LEVEL_TRIGGERED = 16;

  /** Why the vCPU is not to go on. */
  private enum Stop {
    HALT,
    EXCEPTION,
    OVERDUE
  }

  private final Vm vm;
  private final MockMachine machine;
  private final Vcpu vcpu;
  private final LocalApicState freshApic;
  private final Duration patience;
  private final VcpuThread thread = new VcpuThread();
  private volatile Stop stop; // null while the vCPU is to go on
  private boolean halted;

  private GuestVm(Vm vm, CpuidTable cpuid, Duration patience) {
    this.vm = vm;
    this.patience = patience;
    vm.setTssAddress(TSS_ADDRESS);
    vm.setIdentityMapAddress(IDENTITY_MAP_ADDRESS);
    vm.createIrqchip();
    vm.addMemory(0, GuestLayout.RAM_BYTES);
    machine = new MockMachine(vm.memory(), vm::setIrqLine);
    reserveWhatNeverLeavesTheKernel();
    machine.claim("The kit's guest", GuestCode.HALT_PORT, 2, new StopPorts());
    vcpu = vm.createVcpu(0, new Buses(machine.pio(), machine.mmio()));
    vcpu.setCpuid(cpuid);
    freshApic = vcpu.state().localApic();
  }

  /** Closes the hypervisor, which a VM does not need any more. */
  static GuestVm create(Hypervisor hypervisor, Duration patience) {
    try (hypervisor) {
      Vm vm = hypervisor.createVm();
      try {
        return new GuestVm(vm, hypervisor.supportedCpuid().forVcpu(0, 1), patience);
      } catch (RuntimeException e) {
        vm.close();
        throw e;
      }
    }
  }

  private void reserveWhatNeverLeavesTheKernel() {
    machine.reserve("RAM", FixedResource.addresses(0, GuestLayout.RAM_BYTES));
    machine.reserve("KVM's IOAPIC", FixedResource.addresses(IOAPIC_ADDRESS, APIC_BYTES));
    machine.reserve("KVM's local APIC", FixedResource.addresses(LOCAL_APIC_ADDRESS, APIC_BYTES));
    for (int port : PIC_PORTS) {
      machine.reserve("KVM's interrupt controller", FixedResource.ports(port, 2));
    }
  }

  MockMachine machine() {
    return machine;
  }

  /** Makes the vCPU as new, with this code. */
  void load(GuestCode code) {
    halted = false;
    GuestLayout.write(code, vm.memory());
    on(
        () -> {
          vcpu.setMpState(MpState.RUNNABLE);
          vcpu.setSpecialRegisters(GuestLayout.specialRegisters(vcpu.specialRegisters()));
          vcpu.setRegisters(GuestLayout.registers());
          vcpu.state()
              .setLocalApic(
                  freshApic
                      .withSpuriousVector(LocalApicState.SPURIOUS_APIC_ENABLED | SPURIOUS_VECTOR)
                      .withLvtLint0(LocalApicState.LVT_MASKED)); // the PICs lead nowhere
          return null;
        });
    connectInterrupts(code.interrupts());
  }

  void runUntilHalt() {
    stop = null;
    halted = false;
    VcpuExit exit = awaitStop(thread.submit(this::runUntilStopped));
    halted = stop == Stop.HALT;
    if (!halted) {
      throw new AssertionError(on(() -> GuestReport.of(vcpu, vm.memory(), reason(exit))));
    }
  }

  void resumeUntilHalt() {
    checkHalted();
    runUntilHalt();
  }

  Registers registers() {
    checkHalted();
    return on(vcpu::registers);
  }

  /**
   * Ends the vCPU's thread, then closes the devices, then the VM. A thread that hangs in a device
   * holds that device's lock and the VM: they are left to it, for the test has failed already.
   */
  void close() {
    if (!thread.end()) {
      return;
    }
    try {
      machine.close();
    } finally {
      vm.close();
    }
  }

  private VcpuExit awaitStop(Future<VcpuExit> running) {
    try {
      return thread.await(running, patience);
    } catch (TimeoutException e) {
      stop = Stop.OVERDUE;
      vcpu.kick();
      return on(running);
    }
  }

  private VcpuExit runUntilStopped() {
    VcpuExit exit;
    do {
      exit = vcpu.run();
    } while (exit instanceof VcpuExit.Interrupted && stop == null);
    return exit;
  }

  private String reason(VcpuExit exit) {
    if (stop == Stop.EXCEPTION) {
      return GuestReport.exception(vcpu.registers(), vm.memory());
    }
    if (stop == Stop.OVERDUE) {
      return vcpu.mpState() == MpState.HALTED
          ? "The guest sleeps, and no interrupt came for %d s: did the device raise its line?"
              .formatted(patience.toSeconds())
          : "The guest did not halt within %d s: does it wait for something in a loop?"
              .formatted(patience.toSeconds());
    }
    return "The vCPU stopped with %s. Look at the code at RIP.".formatted(exit);
  }

  /** Leads each line with a handler to its vector, as a driver's set-up does. */
  private void connectInterrupts(Iterable<Integer> gsis) {
    IoapicState ioapic = vm.interrupts().ioapic();
    IoapicState connected =
        new IoapicState(
            ioapic.baseAddress(),
            0,
            ioapic.id(),
            0,
            Collections.nCopies(Irqchip.IOAPIC.pins(), IoapicRedirection.RESET));
    for (int gsi : gsis) {
      IoapicRedirection edge = IoapicRedirection.fixed(0, GuestLayout.FIRST_INTERRUPT_VECTOR + gsi);
      connected = connected.with(gsi, gsi < FIRST_LEVEL_TRIGGERED ? edge : edge.asLevelTriggered());
    }
    vm.interrupts().setIoapic(connected);
    for (int gsi : gsis) {
      machine.repeatLevel(gsi); // what was raised before there was a handler
    }
  }

  private void checkHalted() {
    if (!halted) {
      throw new IllegalStateException("The guest is not halted. Let it run() until it is.");
    }
  }

  private <T> T on(Callable<T> action) {
    return on(thread.submit(action));
  }

  private <T> T on(Future<T> result) {
    try {
      return thread.await(result, patience);
    } catch (TimeoutException e) {
      AssertionError stuck =
          new AssertionError(
              "A device does not return from a handler: the stack trace is the vCPU's.", e);
      stuck.setStackTrace(thread.stackTrace());
      throw stuck;
    }
  }

  private final class StopPorts implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return 0;
    }

    @Override
    public void write(int offset, int size, int value) {
      stop = offset == 0 ? Stop.HALT : Stop.EXCEPTION;
      vcpu.kick(); // run() completes this access and returns
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }
}
