package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;
import static org.kvm4j.core.kvm.Refusals.refusedState;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmIrqLevel;
import org.kvm4j.core.abi.KvmIrqRouting;
import org.kvm4j.core.abi.KvmIrqRoutingEntry;
import org.kvm4j.core.abi.KvmIrqchip;
import org.kvm4j.core.abi.KvmMsi;
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

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Hypervisor hypervisor = scripted.hypervisor;
  private final Vm vm = scripted.vm;
  private final Interrupts interrupts = vm.interrupts();

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
    kernel.offers(KvmCapability.IRQ_ROUTING, ROUTES);
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
}
