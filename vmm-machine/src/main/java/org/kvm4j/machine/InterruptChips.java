package org.kvm4j.machine;

import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.device.InterruptControllers;
import org.kvm4j.core.device.LineSink;

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
}
