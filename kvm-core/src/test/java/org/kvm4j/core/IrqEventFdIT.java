package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQFD;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_IRQCHIP;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.EventFd;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.MsiMessage;
import org.kvm4j.testkit.RequiresKvm;

/** Eventfds that interrupt a guest. */
@RequiresKvm
final class IrqEventFdIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LINE = 20;

  @Test
  @Exercises(
      value = {KVM_IRQFD, KVM_SET_IRQCHIP},
      on = FdKind.VM)
  void eachSignal_isAnInterrupt_untilItIsDisconnected() {
    try (EventGuest guest = new EventGuest();
        EventFd eventFd = guest.guest.hypervisor.createEventFd()) {
      leadLineToHandler(guest, IoapicRedirection.fixed(0, EventGuest.VECTOR));
      Interrupts interrupts = guest.vm.interrupts();
      guest.start();
      interrupts.connect(eventFd, LINE);

      for (int i = 0; i < 5; i++) {
        eventFd.signal();
        guest.awaitInterrupt();
      }
      interrupts.disconnect(eventFd, LINE);
      eventFd.signal();

      guest.assertInterrupts(5);
    }
  }

  @Test
  @Exercises(value = KVM_IRQFD, on = FdKind.VM)
  void aRouteSetLater_isFollowed_andSignalsFromBeforeTheConnectionCount() {
    try (EventGuest guest = new EventGuest().start();
        EventFd eventFd = guest.guest.hypervisor.createEventFd()) {
      Interrupts interrupts = guest.vm.interrupts();
      MsiMessage message = MsiMessage.fixed(0, EventGuest.VECTOR);
      interrupts.setRoutes(List.of(new GsiRoute.Msi(100, message)));
      eventFd.signal(3);
      interrupts.connect(eventFd, 100); // three signals, one interrupt
      guest.awaitInterrupt();

      interrupts.disconnect(eventFd, 100);
      interrupts.connect(eventFd, 101);
      interrupts.setRoutes(List.of(new GsiRoute.Msi(101, message)));
      eventFd.signal();
      guest.awaitInterrupt();
      KvmIoctlException twice =
          assertThrows(KvmIoctlException.class, () -> interrupts.connect(eventFd, 100));

      assertEquals(Errno.EBUSY, twice.errno());
    }
  }

  @Test
  @Exercises(value = KVM_IRQFD, on = FdKind.VM)
  void aLevelTriggeredLine_tellsWhenTheGuestHasEndedItsInterrupt() {
    try (EventGuest guest = new EventGuest();
        EventFd trigger = guest.guest.hypervisor.createEventFd();
        EventFd resample = guest.guest.hypervisor.createEventFd()) {
      leadLineToHandler(guest, IoapicRedirection.fixed(0, EventGuest.VECTOR).asLevelTriggered());
      guest.vm.interrupts().connect(trigger, resample, LINE);
      guest.start();
      assertEquals(0, resample.poll(), "nothing has happened yet");

      for (int i = 0; i < 3; i++) {
        trigger.signal();
        assertEquals(1, resample.await(PATIENCE));
        guest.awaitInterrupt();
      }

      guest.assertInterrupts(3);
      guest.vm.interrupts().disconnect(trigger, LINE);
    }
  }

  @Test
  @Exercises(value = KVM_IRQFD, on = FdKind.VM)
  void closingAConnectedEventFd_freesTheLineForAnother() {
    try (EventGuest guest = new EventGuest()) {
      leadLineToHandler(guest, IoapicRedirection.fixed(0, EventGuest.VECTOR));
      guest.start();
      for (int i = 0; i < 3; i++) {
        try (EventFd eventFd = guest.guest.hypervisor.createEventFd()) {
          guest.vm.interrupts().connect(eventFd, LINE);
          eventFd.signal();
          guest.awaitInterrupt();
        }
      }

      guest.assertInterrupts(3);
    }
  }

  @Test
  @Exercises(value = KVM_IRQFD, on = FdKind.VM)
  void anEventFd_outlivesAVmThatItIsConnectedTo() {
    try (Guest other = Guest.bare();
        EventFd eventFd = other.hypervisor.createEventFd()) {
      for (int i = 0; i < 2; i++) {
        try (Guest guest = Guest.withIrqchip()) {
          guest.vm.interrupts().connect(eventFd, LINE);
        }
      }
      eventFd.poll();
      eventFd.signal(4);

      assertEquals(4, eventFd.poll());
    }
  }

  private static void leadLineToHandler(EventGuest guest, IoapicRedirection redirection) {
    Interrupts interrupts = guest.vm.interrupts();
    interrupts.setIoapic(interrupts.ioapic().with(LINE, redirection));
  }
}
