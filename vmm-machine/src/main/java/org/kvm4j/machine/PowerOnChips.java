package org.kvm4j.machine;

import java.util.Optional;
import org.kvm4j.Vm;
import org.kvm4j.irq.IoapicState;
import org.kvm4j.irq.PicState;
import org.kvm4j.irq.PitState;

/** What KVM's own chips are at power-on, to be put back when the machine is reset. */
final class PowerOnChips {

  private final Vm vm;
  private final PicState picMaster;
  private final PicState picSlave;
  private final IoapicState ioapic;
  private final Optional<PitState> pit;

  /** Takes it. */
  PowerOnChips(Vm vm, KernelChips chips) {
    this.vm = vm;
    picMaster = vm.interrupts().picMaster();
    picSlave = vm.interrupts().picSlave();
    ioapic = vm.interrupts().ioapic();
    pit = chips.hasPit() ? Optional.of(vm.kernelPit().state()) : Optional.empty();
  }

  /** Puts it back. */
  void restore() {
    vm.interrupts().setPicMaster(picMaster);
    vm.interrupts().setPicSlave(picSlave);
    vm.interrupts().setIoapic(ioapic);
    pit.ifPresent(state -> vm.kernelPit().setState(state));
  }
}
