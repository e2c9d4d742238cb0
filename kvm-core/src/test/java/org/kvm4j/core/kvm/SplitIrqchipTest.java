package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;
import static org.kvm4j.core.kvm.Refusals.refusedState;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmEnableCap;
import org.kvm4j.io.EventFd;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.MsiMessage;

/** A VM whose local APICs alone are in the kernel, and what must come before its vCPUs. */
final class SplitIrqchipTest {

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Hypervisor hypervisor = scripted.hypervisor;
  private final Vm vm = scripted.vm;
  private final Interrupts interrupts = vm.interrupts();

  @ParameterizedTest
  @ValueSource(ints = {0, 24, 4096})
  void aSplitIrqchip_isACapabilityWithItsPins(int pins) {
    kernel.next(
        "KVM_ENABLE_CAP",
        argument -> {
          ByteBuffer enable = kernel.at(argument, KvmEnableCap.SIZEOF);
          assertEquals(KvmCapability.SPLIT_IRQCHIP.number(), enable.getInt(KvmEnableCap.CAP));
          assertEquals(pins, enable.getLong(KvmEnableCap.ARGS));
          return 0;
        });

    vm.createSplitIrqchip(pins);

    assertTrue(kernel.calls().contains("KVM_ENABLE_CAP"));
    assertFalse(interrupts.signalMsi(MsiMessage.fixed(0, 0x20)), "the script's answer is 0");
  }

  @Test
  void aSplitIrqchip_hasNoPicAndIoapicInTheKernel() {
    kernel.offers(KvmCapability.IRQ_ROUTING, 4096);
    vm.createSplitIrqchip(24);

    assertEquals(
        "the state of the IOAPIC is not in the kernel: this VM has a split irqchip, whose PIC and"
            + " IOAPIC are the caller's own",
        refusedState(interrupts::ioapic));
    refusedState(interrupts::picMaster);
    refusedState(interrupts::picSlave);
    assertEquals(
        "KVM_CREATE_PIT2 needs createIrqchip() before it",
        refusedState(() -> vm.createPit2(false)));
    assertTrue(
        refusedArgument(() -> interrupts.setRoutes(GsiRoute.defaults()))
            .endsWith("use GsiRoute.Msi"));
    try (EventFd trigger = hypervisor.createEventFd();
        EventFd resample = hypervisor.createEventFd()) {
      refusedState(() -> interrupts.connect(trigger, resample, 5));
      interrupts.connect(trigger, 5);
    }
  }

  @Test
  void aSplitIrqchipByItsCapability_countsAsOne() {
    vm.enableCapability(KvmCapability.SPLIT_IRQCHIP, 24);

    assertTrue(refusedState(interrupts::ioapic).contains("split irqchip"));
  }

  @Test
  void whatMustPrecedeVcpus_isRefusedAfterOne() {
    vm.createVcpu(0, new Buses(mock(PioBus.class), mock(MmioBus.class)));

    assertEquals(
        "KVM_CAP_SPLIT_IRQCHIP must come before the first vCPU",
        refusedState(() -> vm.createSplitIrqchip(24)));
    assertEquals(
        "KVM_SET_BOOT_CPU_ID must come before the first vCPU",
        refusedState(() -> vm.setBootCpuId(1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4097})
  void tooManyPins_areRefused(int pins) {
    assertEquals(
        pins + " IOAPIC pins: use 0 to 4096, such as 24",
        refusedArgument(() -> vm.createSplitIrqchip(pins)));
  }

  @Test
  void theBootCpu_isNamedByItsId() {
    List<Long> ids = new ArrayList<>();
    kernel.always(
        "KVM_SET_BOOT_CPU_ID",
        argument -> {
          ids.add(argument);
          return 0;
        });

    vm.setBootCpuId(3);

    assertEquals(List.of(3L), ids);
    assertEquals("boot vCPU -1: use 0 or more", refusedArgument(() -> vm.setBootCpuId(-1)));
  }
}
