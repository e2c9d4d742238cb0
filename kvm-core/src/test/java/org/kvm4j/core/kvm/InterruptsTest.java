package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmEnableCap;
import org.kvm4j.core.abi.KvmIrqLevel;
import org.kvm4j.core.abi.KvmIrqRouting;
import org.kvm4j.core.abi.KvmIrqRoutingEntry;
import org.kvm4j.core.abi.KvmIrqchip;
import org.kvm4j.core.abi.KvmIrqfd;
import org.kvm4j.core.abi.KvmMsi;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.EventFd;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.IoapicState;
import org.kvm4j.irq.Irqchip;
import org.kvm4j.irq.LineStatus;
import org.kvm4j.irq.MsiMessage;
import org.kvm4j.irq.PicState;

/** Interrupt controllers, lines, routes and messages, to the kernel's structs and back. */
final class InterruptsTest {

  private static final int ROUTES = 4096;

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final Hypervisor hypervisor = KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
  private final Vm vm = hypervisor.createVm();
  private final Interrupts interrupts = vm.interrupts();

  @AfterEach
  void everythingIsGivenBack() {
    vm.close();
    hypervisor.close();
    kernel.assertNothingOpen();
  }

  @Test
  void thePics_comeBackAsTheyWereSet() {
    vm.createIrqchip();
    PicState master =
        new PicState(
            1, 0xf2, 3, 4, 5, 0x68, true, false, true, 2, false, true, false, true, 0xf8, 0xde);
    PicState slave =
        new PicState(
            11, 12, 13, 14, 6, 0x70, false, true, false, 3, true, false, true, false, 15, 16);

    kernelKeepsChip(Irqchip.PIC_MASTER);
    interrupts.setPicMaster(master);
    assertEquals(master, interrupts.picMaster());
    kernelKeepsChip(Irqchip.PIC_SLAVE);
    interrupts.setPicSlave(slave);
    assertEquals(slave, interrupts.picSlave());
  }

  @Test
  void theIoapic_comesBackAsItWasSet() {
    vm.createIrqchip();
    kernelKeepsChip(Irqchip.IOAPIC);
    IoapicState set =
        new IoapicState(
            0x1_fec0_0000L,
            0x3f,
            0x0f00_0001,
            0x0080_0001,
            IntStream.range(0, 24)
                .mapToObj(pin -> IoapicRedirection.of(((long) pin << 56) | (1L << pin) | pin))
                .toList());

    interrupts.setIoapic(set);

    assertEquals(set, interrupts.ioapic());
  }

  @ParameterizedTest
  @CsvSource({"-1, IGNORED", "0, COALESCED", "1, DELIVERED", "2, DELIVERED"})
  void setLine_saysWhatBecameOfIt(int status, LineStatus expected) {
    vm.createIrqchip();
    kernel.next(
        "KVM_IRQ_LINE_STATUS",
        argument -> {
          ByteBuffer level = kernel.at(argument, KvmIrqLevel.SIZEOF);
          assertEquals(23, level.getInt(KvmIrqLevel.IRQ));
          assertEquals(1, level.getInt(KvmIrqLevel.LEVEL));
          level.putInt(KvmIrqLevel.STATUS, status);
          return 0;
        });

    assertEquals(expected, interrupts.setLine(23, true));
  }

  @Test
  void setLine_goesLow_too() {
    vm.createIrqchip();
    kernel.next(
        "KVM_IRQ_LINE_STATUS",
        argument -> kernel.at(argument, KvmIrqLevel.SIZEOF).getInt(KvmIrqLevel.LEVEL));

    assertEquals(LineStatus.DELIVERED, interrupts.setLine(7, false));
  }

  @Test
  void linesAbove23_reachTheKernel_asFarAsItHasRoutes() {
    kernelHasRoutes();
    List<String> levels = new ArrayList<>();
    kernel.always(
        "KVM_IRQ_LINE",
        argument -> {
          ByteBuffer level = kernel.at(argument, KvmIrqLevel.SIZEOF);
          levels.add(level.getInt(KvmIrqLevel.IRQ) + "=" + level.getInt(KvmIrqLevel.LEVEL));
          return 0;
        });

    vm.setIrqLine(24, true);
    vm.setIrqLine(4095, false);

    assertEquals(List.of("24=1", "4095=0"), levels);
    assertEquals("GSI 4096: use 0 to 4095", refusedArgument(() -> vm.setIrqLine(ROUTES, true)));
  }

  @Test
  void routes_reachTheKernelEntryByEntry() {
    kernelHasRoutes();
    vm.createIrqchip();
    List<GsiRoute> routes =
        List.of(
            new GsiRoute.IrqchipPin(4, Irqchip.PIC_SLAVE, 7),
            new GsiRoute.IrqchipPin(4, Irqchip.IOAPIC, 23),
            new GsiRoute.Msi(4095, new MsiMessage(0x1234_5600_fee0_1000L, 0xc031)),
            new GsiRoute.HypervSint(30, 2, 15),
            new GsiRoute.XenEventChannel(31, 77, 3));
    int[][] expected = {
      {4, 1, 1, 7, 0},
      {4, 1, 2, 23, 0},
      {4095, 2, 0xfee0_1000, 0x1234_5600, 0xc031},
      {30, 4, 2, 15, 0},
      {31, 5, 77, 3, -1},
    };
    kernel.next(
        "KVM_SET_GSI_ROUTING",
        argument -> {
          ByteBuffer table =
              kernel.at(
                  argument, KvmIrqRouting.SIZEOF + expected.length * KvmIrqRoutingEntry.SIZEOF);
          assertEquals(expected.length, table.getInt(KvmIrqRouting.NR));
          assertEquals(0, table.getInt(KvmIrqRouting.FLAGS));
          for (int i = 0; i < expected.length; i++) {
            int at = KvmIrqRouting.ENTRIES + i * KvmIrqRoutingEntry.SIZEOF;
            assertEquals(expected[i][0], table.getInt(at + KvmIrqRoutingEntry.GSI));
            assertEquals(expected[i][1], table.getInt(at + KvmIrqRoutingEntry.TYPE));
            assertEquals(0, table.getInt(at + KvmIrqRoutingEntry.FLAGS));
            for (int word = 0; word < 3; word++) {
              assertEquals(
                  expected[i][2 + word],
                  table.getInt(at + KvmIrqRoutingEntry.MSI_ADDRESS_LO + word * Integer.BYTES),
                  "entry " + i + ", word " + word);
            }
          }
          return 0;
        });

    interrupts.setRoutes(routes);

    assertTrue(kernel.calls().contains("KVM_SET_GSI_ROUTING"));
  }

  @Test
  void aTableThatKvmWouldRefuse_isRefusedWithTheReason() {
    kernelHasRoutes();
    vm.createIrqchip();
    GsiRoute pin = new GsiRoute.IrqchipPin(4, Irqchip.IOAPIC, 4);
    GsiRoute msi = new GsiRoute.Msi(4, MsiMessage.fixed(0, 0x31));

    for (List<GsiRoute> table :
        List.of(
            List.of(pin, pin),
            List.of(pin, msi),
            List.of(msi, pin),
            List.of(msi, msi),
            List.of(pin, new GsiRoute.IrqchipPin(4, Irqchip.IOAPIC, 5)))) {
      String message = refusedArgument(() -> interrupts.setRoutes(table));
      assertTrue(message.endsWith("one pin of each controller, or to one message alone"), message);
    }
    assertEquals(
        "4097 routes: this KVM takes at most 4096",
        refusedArgument(() -> interrupts.setRoutes(Collections.nCopies(ROUTES + 1, pin))));
    assertEquals(
        "GSI 4096: use 0 to 4095",
        refusedArgument(
            () -> interrupts.setRoutes(List.of(new GsiRoute.HypervSint(ROUTES, 0, 0)))));
    assertFalse(kernel.calls().contains("KVM_SET_GSI_ROUTING"));
  }

  @Test
  void anEmptyTable_andTheDefaultOne_areTaken() {
    kernelHasRoutes();
    vm.createIrqchip();

    interrupts.setRoutes(List.of());
    interrupts.setRoutes(GsiRoute.defaults());

    assertEquals(2, Collections.frequency(kernel.calls(), "KVM_SET_GSI_ROUTING"));
  }

  @ParameterizedTest
  @CsvSource({"1, true", "3, true", "0, false", "-1, false"})
  void signalMsi_saysWhetherItWasTaken(int result, boolean taken) {
    vm.createIrqchip();
    kernel.next(
        "KVM_SIGNAL_MSI",
        argument -> {
          ByteBuffer msi = kernel.at(argument, KvmMsi.SIZEOF);
          assertEquals(0xfee0_7000, msi.getInt(KvmMsi.ADDRESS_LO));
          assertEquals(0x0000_0100, msi.getInt(KvmMsi.ADDRESS_HI));
          assertEquals(0xc099, msi.getInt(KvmMsi.DATA));
          assertEquals(0, msi.getInt(KvmMsi.FLAGS));
          return result;
        });

    assertEquals(taken, interrupts.signalMsi(MsiMessage.fixed(0x107, 0x99).levelTriggered()));
  }

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
          "KVM_IRQFD on the VM: EBUSY (16). The eventfd raises an interrupt already: use one for"
              + " each line.",
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
    kernel.always(
        "KVM_CHECK_EXTENSION", number -> number == KvmCapability.IRQFD_RESAMPLE.number() ? 0 : 1);
    try (EventFd trigger = hypervisor.createEventFd();
        EventFd resample = hypervisor.createEventFd()) {
      KvmCapabilityException failure =
          assertThrows(
              KvmCapabilityException.class, () -> interrupts.connect(trigger, resample, 5));
      assertEquals(KvmCapability.IRQFD_RESAMPLE, failure.capability());
    }
  }

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
    kernelHasRoutes();
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

  @Test
  void withoutControllers_everyCallSaysWhatToDo() {
    try (EventFd eventFd = hypervisor.createEventFd()) {
      for (Runnable call :
          List.<Runnable>of(
              interrupts::picMaster,
              interrupts::ioapic,
              () -> interrupts.setRoutes(List.of()),
              () -> interrupts.setLine(1, true),
              () -> interrupts.signalMsi(MsiMessage.fixed(0, 0x31)),
              () -> interrupts.connect(eventFd, 1))) {
        String message = refusedState(call);
        assertTrue(
            message.endsWith("needs createIrqchip() or createSplitIrqchip() before it"), message);
      }
    }
  }

  @Test
  void afterClose_everyCallSaysSo() {
    vm.createIrqchip();
    vm.close();

    assertEquals("the VM is closed", refusedState(interrupts::ioapic));
    assertEquals("the VM is closed", refusedState(() -> interrupts.setLine(1, true)));
  }

  private void kernelHasRoutes() {
    kernel.always(
        "KVM_CHECK_EXTENSION", number -> number == KvmCapability.IRQ_ROUTING.number() ? ROUTES : 1);
  }

  /** The kernel keeps the state of one controller. */
  private void kernelKeepsChip(Irqchip chip) {
    byte[] kept = new byte[KvmIrqchip.SIZEOF];
    kernel.next(
        "KVM_SET_IRQCHIP",
        argument -> {
          ByteBuffer irqchip = kernel.at(argument, kept.length);
          assertEquals(chip.number(), irqchip.getInt(KvmIrqchip.CHIP_ID));
          irqchip.get(0, kept);
          return 0;
        });
    kernel.next(
        "KVM_GET_IRQCHIP",
        argument -> {
          ByteBuffer irqchip = kernel.at(argument, kept.length);
          assertEquals(chip.number(), irqchip.getInt(KvmIrqchip.CHIP_ID));
          irqchip.put(0, kept);
          return 0;
        });
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

  private static String refusedState(Runnable step) {
    return assertThrows(IllegalStateException.class, step::run).getMessage();
  }

  private static String refusedArgument(Runnable step) {
    return assertThrows(IllegalArgumentException.class, step::run).getMessage();
  }
}
