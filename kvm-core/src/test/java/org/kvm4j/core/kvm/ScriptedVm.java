package org.kvm4j.core.kvm;

import org.kvm4j.Hypervisor;
import org.kvm4j.Vm;

/** A VM without vCPUs on a {@link ScriptedKernel}. Closing checks that nothing stays open. */
final class ScriptedVm implements AutoCloseable {

  final ScriptedKernel kernel = new ScriptedKernel();
  final Hypervisor hypervisor = KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
  final Vm vm = hypervisor.createVm();

  @Override
  public void close() {
    vm.close();
    hypervisor.close();
    kernel.assertNothingOpen();
  }
}
