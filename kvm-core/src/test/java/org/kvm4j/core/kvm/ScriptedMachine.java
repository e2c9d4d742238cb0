package org.kvm4j.core.kvm;

import static org.mockito.Mockito.mock;

import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;

/** A VM with one vCPU on a {@link ScriptedKernel}. Closing checks that nothing stays open. */
final class ScriptedMachine implements AutoCloseable {

  final ScriptedKernel kernel;
  final Hypervisor hypervisor;
  final Vm vm;
  final Vcpu vcpu;

  /** For tests that need no bus. */
  ScriptedMachine() {
    this(new Buses(mock(PioBus.class), mock(MmioBus.class)));
  }

  ScriptedMachine(Buses buses) {
    this(new ScriptedKernel(), buses);
  }

  ScriptedMachine(ScriptedKernel kernel, Buses buses) {
    this.kernel = kernel;
    hypervisor = KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
    vm = hypervisor.createVm();
    vcpu = vm.createVcpu(0, buses);
  }

  @Override
  public void close() {
    vm.close();
    hypervisor.close();
    kernel.assertNothingOpen();
  }
}
