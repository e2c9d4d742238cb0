package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_REINJECT_CONTROL;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_PIT2;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.Irqchip;
import org.kvm4j.irq.PitChannel;
import org.kvm4j.irq.PitState;
import org.kvm4j.testkit.RequiresKvm;

/** The in-kernel i8254. */
@RequiresKvm
final class KernelPitIT {

  @Test
  @Exercises(
      value = {KVM_CREATE_PIT2, KVM_GET_PIT2, KVM_SET_PIT2},
      on = FdKind.VM)
  void theState_comesBackAsItWasSet_butForWhenCountingBegan() {
    try (Guest guest = Guest.withIrqchip()) {
      guest.vm.createPit2(true);
      PitState set =
          new PitState(
              List.of(
                  new PitChannel(0x4321, 2, 3, true, 0x34, 1, 3, 0x55, 3, 4, false, true, 0),
                  new PitChannel(0x12, 0, 0, false, 0, 2, 2, 0, 2, 3, true, true, 0),
                  new PitChannel(0x1_0000, 0x7777, 1, false, 9, 3, 4, 0x66, 1, 0, false, true, 0)),
              false,
              false);

      guest.vm.kernelPit().setState(set);

      assertEquals(set, withoutLoadTimes(guest.vm.kernelPit().state()));
    }
  }

  @Test
  @Exercises(
      value = {KVM_CREATE_PIT2, KVM_SET_PIT2, KVM_REINJECT_CONTROL},
      on = FdKind.VM)
  void aCounterThatIsSet_interruptsTheGuest() {
    Guest bare = Guest.withIrqchip();
    try (bare) {
      bare.vm.createPit2(false);
      EventGuest guest = new EventGuest(bare);
      bare.vm.kernelPit().setReinject(false);
      Interrupts interrupts = bare.vm.interrupts();
      interrupts.setRoutes(List.of(new GsiRoute.IrqchipPin(0, Irqchip.IOAPIC, 2)));
      interrupts.setIoapic(
          interrupts.ioapic().with(2, IoapicRedirection.fixed(0, EventGuest.VECTOR)));
      guest.start();
      PitState now = bare.vm.kernelPit().state();

      // Mode 2: a tick every 0xffff counts of 1.19 MHz.
      PitChannel ticking = new PitChannel(0xffff, 0, 0, false, 0, 3, 3, 0, 3, 2, false, true, 0);
      bare.vm
          .kernelPit()
          .setState(
              new PitState(
                  List.of(ticking, now.channels().get(1), now.channels().get(2)), false, false));

      for (int tick = 0; tick < 3; tick++) {
        guest.awaitInterrupt();
      }
    }
  }

  private static PitState withoutLoadTimes(PitState state) {
    return new PitState(
        state.channels().stream()
            .map(
                channel ->
                    new PitChannel(
                        channel.count(),
                        channel.latchedCount(),
                        channel.countLatched(),
                        channel.statusLatched(),
                        channel.status(),
                        channel.readState(),
                        channel.writeState(),
                        channel.writeLatch(),
                        channel.accessMode(),
                        channel.mode(),
                        channel.bcd(),
                        channel.gate(),
                        0))
            .toList(),
        state.hpetLegacy(),
        state.speakerDataOn());
  }
}
