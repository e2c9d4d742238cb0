package org.kvm4j.examples;

import java.util.HexFormat;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.memory.MemorySpec;

/**
 * Which pages a guest writes: what live migration and snapshots send again.
 *
 * <p>The dirty log is cleaned by reading it, so that each round shows what is new. The code has a
 * slot of its own, because KVM may count a page as written that was only fetched.
 */
public final class DirtyPages {

  private static final String GUEST =
      """
      a2 00 30    ; mov %al,0x3000
      a2 ff 5f    ; mov %al,0x5fff
      f4          ; hlt
      a2 00 40    ; mov %al,0x4000
      f4          ; hlt
      """;

  private DirtyPages() {}

  /** Prints the addresses of the pages written before each halt. */
  public static void main(String[] args) {
    try (Hypervisor hypervisor = Kvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.addMemory(0, 0x1000);
      MemorySlot ram = vm.slots().add(MemorySpec.ram(0x1000, 0x7000).withDirtyLog());
      vm.memory().write(0, HexFormat.of().parseHex(GUEST.replaceAll(";.*|\\s", "")));
      Vcpu vcpu = vm.createVcpu(0, new Buses(new PioSpace(), new MmioSpace()));
      var special = vcpu.specialRegisters();
      vcpu.setSpecialRegisters(special.toBuilder().cs(special.cs().realMode(0)).build());
      vcpu.setRegisters(vcpu.registers().toBuilder().rip(0).build());
      for (int round = 1; round <= 2; round++) {
        vcpu.run();
        String written =
            vm.slots()
                .dirtyLog(ram)
                .addresses(ram)
                .mapToObj("0x%x"::formatted)
                .reduce("", (all, address) -> all + " " + address);
        System.out.println("Round " + round + ":" + written);
      }
    }
  }
}
