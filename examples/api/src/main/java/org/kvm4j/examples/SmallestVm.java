package org.kvm4j.examples;

import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;

/** The smallest VM: a real-mode guest adds 2 and 3, and halts. */
public final class SmallestVm {

  private static final byte[] ADD_THEN_HALT = {0x01, (byte) 0xd8, (byte) 0xf4}; // add ax,bx; hlt

  private SmallestVm() {}

  /** Prints the sum. */
  public static void main(String[] args) {
    try (Hypervisor hypervisor = Kvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.addMemory(0, 0x1000);
      vm.memory().write(0, ADD_THEN_HALT);
      Vcpu vcpu = vm.createVcpu(0, new Buses(new PioSpace(), new MmioSpace()));
      var special = vcpu.specialRegisters();
      vcpu.setSpecialRegisters(special.toBuilder().cs(special.cs().realMode(0)).build());
      vcpu.setRegisters(vcpu.registers().toBuilder().rip(0).rax(2).rbx(3).build());
      System.out.println(vcpu.run() + ", ax = " + vcpu.registers().rax());
    }
  }
}
