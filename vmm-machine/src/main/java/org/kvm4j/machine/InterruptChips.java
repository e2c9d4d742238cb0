package org.kvm4j.machine;

import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.device.InterruptControllers;
import org.kvm4j.core.device.LineSink;
import org.kvm4j.irq.DeliveryMode;

/** Where interrupts go on their way from devices to vCPUs: the rest of KVM's own chips, or ours. */
interface InterruptChips {

  /** Those that a machine is to have; nothing is created yet. */
  static InterruptChips of(KernelChips chips, Vm vm) {
    return chips.hasIrqchip() ? new KernelIrqchip(vm) : new SplitIrqchip(vm);
  }

  /** Where the devices' lines lead beside the devices that are controllers. */
  LineSink lines();

  /**
   * Creates what is KVM's, before the first vCPU.
   *
   * @param controllers the devices that are interrupt controllers, if the machine may have such
   */
  void create(InterruptControllers controllers);

  /** Called by each vCPU's thread before each run. */
  void beforeRun(Vcpu vcpu);

  /** Whether an exit was an interrupt controller's, and is done. Any vCPU's thread. */
  boolean handle(VcpuExit exit);

  /**
   * Whether a device's line may make a vCPU go on that has its interrupts off or is not started: by
   * an NMI, say. Any thread, while no vCPU runs.
   */
  boolean mayWakeDeafVcpus();

  /** Whether a vCPU needs no interrupts to take a message: it is an NMI, an SMI or an INIT. */
  static boolean reachesDeafVcpus(DeliveryMode mode) {
    return switch (mode) {
      case FIXED, LOWEST_PRIORITY, EXTINT -> false;
      case SMI, NMI, INIT, RESERVED_3, RESERVED_6 -> true; // KVM acts on the reserved ones, too
    };
  }
}
