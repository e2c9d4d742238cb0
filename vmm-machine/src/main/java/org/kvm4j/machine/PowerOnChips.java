package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.Vm;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicState;
import org.kvm4j.irq.PicState;
import org.kvm4j.irq.PitState;

/** What KVM's own chips are at power-on, to be put back when the machine is reset. */
final class PowerOnChips {

  private final List<Runnable> restorers = new ArrayList<>();

  /** Takes it. */
  PowerOnChips(Vm vm, KernelChips chips) {
    if (chips.hasIrqchip()) {
      Interrupts interrupts = vm.interrupts();
      PicState master = interrupts.picMaster();
      PicState slave = interrupts.picSlave();
      IoapicState ioapic = interrupts.ioapic();
      restorers.add(() -> interrupts.setPicMaster(master));
      restorers.add(() -> interrupts.setPicSlave(slave));
      restorers.add(() -> interrupts.setIoapic(ioapic));
    }
    if (chips.hasPit()) {
      PitState pit = vm.kernelPit().state();
      restorers.add(() -> vm.kernelPit().setState(pit));
    }
  }

  /** Puts it back. */
  void restore() {
    restorers.forEach(Runnable::run);
  }
}
