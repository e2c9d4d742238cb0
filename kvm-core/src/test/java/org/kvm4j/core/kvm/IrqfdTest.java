package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;
import static org.kvm4j.core.kvm.Refusals.refusedState;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmIrqfd;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.EventFd;
import org.kvm4j.irq.Interrupts;

/** Interrupts by eventfd, without an exit. */
final class IrqfdTest {

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Hypervisor hypervisor = scripted.hypervisor;
  private final Vm vm = scripted.vm;
  private final Interrupts interrupts = vm.interrupts();

  @Test
  void anIrqfd_isConnectedAndDisconnected() {
    vm.createIrqchip();
    List<String> seen = recordIrqfds();
    try (EventFd first = hypervisor.createEventFd();
        EventFd second = hypervisor.createEventFd()) {
      int number = ((KvmEventFd) first).enter();
      ((KvmEventFd) first).leave();

      interrupts.connect(first, 9);
      interrupts.disconnect(first, 9);
      interrupts.connect(first, second, 10);

      assertEquals(
          List.of(
              "fd %d gsi 9 flags 0 resample 0".formatted(number),
              "fd %d gsi 9 flags 1 resample 0".formatted(number),
              "fd %d gsi 10 flags 2 resample %d".formatted(number, number + 1)),
          seen);
    }
  }

  @Test
  void aFailedIrqfd_letsBothEventFdsBeClosed() {
    vm.createIrqchip();
    kernel.failsOnce("KVM_IRQFD", Errno.EBUSY);
    try (EventFd trigger = hypervisor.createEventFd();
        EventFd resample = hypervisor.createEventFd()) {
      KvmIoctlException failure =
          assertThrows(KvmIoctlException.class, () -> interrupts.connect(trigger, resample, 5));
      assertEquals(
          "KVM_IRQFD on the VM: EBUSY (16). The eventfd raises an interrupt already: use one for each line.",
          failure.getMessage());
    } // hangs here if one of them was not left
  }

  @Test
  void anIrqfdThatMakesNoSense_isRefused() {
    vm.createIrqchip();
    try (EventFd eventFd = hypervisor.createEventFd();
        EventFd foreign = mock(EventFd.class)) {
      assertEquals(
          "trigger and resample are the same: make two eventfds",
          refusedArgument(() -> interrupts.connect(eventFd, eventFd, 5)));
      assertEquals("GSI -1: use 0 to 23", refusedArgument(() -> interrupts.connect(eventFd, -1)));
      assertTrue(
          refusedArgument(() -> interrupts.connect(foreign, 5))
              .endsWith("make it with Hypervisor.createEventFd()"));
      eventFd.close();
      assertEquals("the eventfd is closed", refusedState(() -> interrupts.connect(eventFd, 5)));
    }
    assertFalse(kernel.calls().contains("KVM_IRQFD"));
  }

  @Test
  void resampling_needsItsCapability() {
    vm.createIrqchip();
    kernel.offers(KvmCapability.IRQFD_RESAMPLE, 0);
    try (EventFd trigger = hypervisor.createEventFd();
        EventFd resample = hypervisor.createEventFd()) {
      KvmCapabilityException failure =
          assertThrows(
              KvmCapabilityException.class, () -> interrupts.connect(trigger, resample, 5));
      assertEquals(KvmCapability.IRQFD_RESAMPLE, failure.capability());
    }
  }

  private List<String> recordIrqfds() {
    List<String> seen = new ArrayList<>();
    kernel.always(
        "KVM_IRQFD",
        argument -> {
          ByteBuffer irqfd = kernel.at(argument, KvmIrqfd.SIZEOF);
          seen.add(
              "fd %d gsi %d flags %d resample %d"
                  .formatted(
                      irqfd.getInt(KvmIrqfd.FD),
                      irqfd.getInt(KvmIrqfd.GSI),
                      irqfd.getInt(KvmIrqfd.FLAGS),
                      irqfd.getInt(KvmIrqfd.RESAMPLEFD)));
          return 0;
        });
    return seen;
  }
}
