package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQ_LINE;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQ_LINE_STATUS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_BOOT_CPU_ID;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_GSI_ROUTING;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_SIGNAL_MSI;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.MpState;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.IoapicState;
import org.kvm4j.irq.Irqchip;
import org.kvm4j.irq.LineStatus;
import org.kvm4j.irq.MsiMessage;
import org.kvm4j.irq.PicState;
import org.kvm4j.testkit.RequiresKvm;

/** Lines, messages and routes on their way to a guest's handler. */
@RequiresKvm
final class InterruptRoutingIT {

  private static final MsiMessage MESSAGE = MsiMessage.fixed(0, EventGuest.VECTOR);

  @Test
  @Exercises(
      value = {KVM_CREATE_IRQCHIP, KVM_SIGNAL_MSI},
      on = FdKind.VM)
  void anMsi_reachesTheGuestsHandler_andOneToNobodyIsNotTaken() {
    try (EventGuest guest = new EventGuest().start()) {
      Interrupts interrupts = guest.vm.interrupts();

      assertTrue(interrupts.signalMsi(MESSAGE));
      guest.awaitInterrupt();
      assertFalse(interrupts.signalMsi(MsiMessage.fixed(9, EventGuest.VECTOR)), "no APIC 9");

      guest.assertInterrupts(1);
    }
  }

  @Test
  @Exercises(
      value = {KVM_SET_GSI_ROUTING, KVM_IRQ_LINE},
      on = FdKind.VM)
  void aLineBeyondTheIoapic_isRoutedAsAMessage_untilTheTableIsReplaced() {
    try (EventGuest guest = new EventGuest().start()) {
      guest.vm.interrupts().setRoutes(List.of(new GsiRoute.Msi(40, MESSAGE)));

      for (int i = 0; i < 3; i++) {
        guest.vm.setIrqLine(40, true);
        guest.awaitInterrupt();
        guest.vm.setIrqLine(40, false);
      }
      guest.vm.interrupts().setRoutes(List.of());
      guest.vm.setIrqLine(40, true);

      guest.assertInterrupts(3);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_IRQCHIP, KVM_SET_IRQCHIP, KVM_IRQ_LINE_STATUS, KVM_SET_GSI_ROUTING},
      on = FdKind.VM)
  void aLine_saysWhatBecameOfIt() {
    try (EventGuest guest = new EventGuest().start()) {
      Interrupts interrupts = guest.vm.interrupts();
      interrupts.setIoapic(
          interrupts.ioapic().with(20, IoapicRedirection.fixed(0, EventGuest.VECTOR)));

      assertEquals(LineStatus.DELIVERED, interrupts.setLine(20, true));
      guest.awaitInterrupt();
      interrupts.setLine(20, false);
      interrupts.setRoutes(List.of());
      assertEquals(LineStatus.IGNORED, interrupts.setLine(20, true), "it leads nowhere now");

      guest.assertInterrupts(1);
    }
  }

  @Test
  @Exercises(
      value = {KVM_SET_GSI_ROUTING, KVM_SET_IRQCHIP, KVM_IRQ_LINE},
      on = FdKind.VM)
  void gsi0_leadsToIoapicPin0_andCanBeRoutedToPin2AsOnAPc() {
    try (EventGuest guest = new EventGuest().start()) {
      Interrupts interrupts = guest.vm.interrupts();
      IoapicRedirection handler = IoapicRedirection.fixed(0, EventGuest.VECTOR);
      IoapicState masked = interrupts.ioapic();
      // Both PICs masked, as the default table leads there, too.
      interrupts.setPicMaster(interrupts.picMaster().withImr(0xff));
      interrupts.setIoapic(masked.with(0, handler));
      guest.vm.setIrqLine(0, true);
      guest.awaitInterrupt();
      guest.vm.setIrqLine(0, false);

      interrupts.setRoutes(List.of(new GsiRoute.IrqchipPin(0, Irqchip.IOAPIC, 2)));
      interrupts.setIoapic(masked.with(2, handler));
      guest.vm.setIrqLine(0, true);
      guest.awaitInterrupt();

      guest.assertInterrupts(2);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_IRQCHIP, KVM_SET_IRQCHIP},
      on = FdKind.VM)
  void theControllers_comeBackAsTheyWereSet() {
    try (Guest guest = Guest.withIrqchip()) {
      Interrupts interrupts = guest.vm.interrupts();
      int elcrMask = interrupts.picMaster().elcrMask();
      PicState master =
          new PicState(
              0, 0, 0xef, 0, 3, 0x68, true, false, true, 0, false, true, false, true, 8, elcrMask);
      PicState slave =
          new PicState(
              0, 0, 0xfe, 0, 5, 0x70, false, false, false, 0, true, false, true, false, 2, 0xde);
      IoapicState ioapic =
          interrupts
              .ioapic()
              .with(4, IoapicRedirection.fixed(1, 0x44).asLevelTriggered())
              .with(23, IoapicRedirection.of(0xff00_0000_0001_a9feL));

      interrupts.setPicMaster(master);
      interrupts.setPicSlave(slave);
      interrupts.setIoapic(ioapic);

      assertEquals(master, interrupts.picMaster());
      assertEquals(slave, interrupts.picSlave());
      assertEquals(ioapic, interrupts.ioapic());
    }
  }

  @Test
  @Exercises(
      value = {KVM_ENABLE_CAP, KVM_SET_GSI_ROUTING, KVM_IRQ_LINE},
      on = FdKind.VM)
  void aSplitIrqchip_deliversMessages_andTellsTheEndOfLevelTriggeredOnes() {
    Guest bare = Guest.bare();
    try (bare) {
      assumeTrue(bare.hypervisor.supports(KvmCapability.SPLIT_IRQCHIP), "no split irqchip here");
      bare.vm.createSplitIrqchip(24);
      EventGuest guest = new EventGuest(bare);
      bare.vm.interrupts().setRoutes(List.of(new GsiRoute.Msi(5, MESSAGE.levelTriggered())));
      guest.start();

      bare.vm.setIrqLine(5, true);
      assertEquals(new VcpuExit.IoapicEoi(EventGuest.VECTOR), guest.awaitExit());
      guest.resume();
      guest.awaitInterrupt();

      guest.assertInterrupts(1);
    }
  }

  @Test
  @Exercises(value = KVM_SET_BOOT_CPU_ID, on = FdKind.VM)
  void theBootCpu_isTheOneThatRunsAfterReset() {
    try (Guest guest = Guest.withIrqchip()) {
      guest.vm.setBootCpuId(1);
      GuestCpu first = guest.addCpu();
      GuestCpu second = guest.addCpu();

      assertEquals(MpState.UNINITIALIZED, first.on(first.vcpu::mpState));
      assertEquals(MpState.RUNNABLE, second.on(second.vcpu::mpState));
    }
  }
}
