package org.kvm4j.machine;

import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.device.InterruptControllers;
import org.kvm4j.core.device.LineSink;

/** PICs, IOAPIC and local APICs in the kernel: vCPUs hear of interrupts without us. */
record KernelIrqchip(Vm vm) implements InterruptChips {

  @Override
  public LineSink lines() {
    return vm::setIrqLine;
  }

  @Override
  public void create(InterruptControllers controllers) {
    vm.createIrqchip();
  }

  @Override
  public void beforeRun(Vcpu vcpu) {}

  @Override
  public boolean handle(VcpuExit exit) {
    return false;
  }

  @Override
  public boolean mayWakeDeafVcpus() {
    return vm.interrupts().ioapic().redirections().stream()
        .anyMatch(pin -> !pin.masked() && InterruptChips.reachesDeafVcpus(pin.deliveryMode()));
  }
}
