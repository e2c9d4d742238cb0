package org.kvm4j.examples;

import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.debug.DebugConfiguration;

/** Steps through a real-mode guest that doubles 1 three times, and prints what each step did. */
public final class SingleStep {

  private static final byte[] DOUBLING = {
    (byte) 0xb8,
    1,
    0, //             0: mov ax,1
    (byte) 0xb9,
    3,
    0, //             3: mov cx,3
    0x01,
    (byte) 0xc0, //             6: add ax,ax
    (byte) 0xe2,
    (byte) 0xfc, //      8: loop 6
    (byte) 0xf4 //                   10: hlt
  };

  private static final int HLT = DOUBLING.length - 1;

  private SingleStep() {}

  /** Prints a line for each instruction before {@code hlt}. */
  public static void main(String[] args) {
    try (Hypervisor hypervisor = Kvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.addMemory(0, 0x1000);
      vm.memory().write(0, DOUBLING);
      Vcpu vcpu = vm.createVcpu(0, new Buses(new PioSpace(), new MmioSpace()));
      var special = vcpu.specialRegisters();
      vcpu.setSpecialRegisters(special.toBuilder().cs(special.cs().realMode(0)).build());
      vcpu.setRegisters(vcpu.registers().toBuilder().rip(0).build());

      vcpu.debug().configure(DebugConfiguration.builder().singleStep(true).build());
      long pc = 0;
      while (pc != HLT && vcpu.run() instanceof VcpuExit.Debug step) {
        pc = step.pc();
        System.out.println("ip = %2d, ax = %d".formatted(pc, vcpu.registers().rax()));
      }
    }
  }
}
