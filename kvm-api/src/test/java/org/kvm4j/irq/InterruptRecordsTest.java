package org.kvm4j.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages, routes and controller states as a caller builds them. */
final class InterruptRecordsTest {

  @Test
  void aRedirection_hasItsFieldsWhereTheDataSheetHasThem() {
    IoapicRedirection entry = IoapicRedirection.of(0xa500_0000_0001_5c31L);

    assertEquals(0x31, entry.vector());
    assertEquals(DeliveryMode.NMI, entry.deliveryMode());
    assertTrue(entry.logicalDestination());
    assertTrue(entry.deliveryPending());
    assertFalse(entry.activeLow());
    assertTrue(entry.remoteIrr());
    assertFalse(entry.levelTriggered());
    assertTrue(entry.masked());
    assertEquals(0xa5, entry.destination());
    assertEquals(0xa500_0000_0001_5c31L, entry.bits());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 56, 63})
  void everyBitOfARedirection_isKept(int bit) {
    assertEquals(1L << bit, IoapicRedirection.of(1L << bit).bits());
  }

  @Test
  void reservedBitsOfARedirection_areNot() {
    assertEquals(0, IoapicRedirection.of(0x00ff_ffff_fffe_0000L).bits());
  }

  @Test
  void redirections_areBuilt() {
    assertEquals(
        0x0200_0000_0000_8031L, IoapicRedirection.fixed(2, 0x31).asLevelTriggered().bits());
    assertEquals(0x1_0000, IoapicRedirection.RESET.bits());
    assertThrows(IllegalArgumentException.class, () -> IoapicRedirection.fixed(0, 0x100));
    assertThrows(IllegalArgumentException.class, () -> IoapicRedirection.fixed(-1, 0x31));
  }

  @Test
  void deliveryModes_haveTheirNumbers() {
    for (DeliveryMode mode : DeliveryMode.values()) {
      assertEquals(mode, DeliveryMode.of(mode.number()));
    }
    assertEquals(4, DeliveryMode.NMI.number());
    assertEquals(DeliveryMode.EXTINT, DeliveryMode.of(0xff));
  }

  @Test
  void theIoapic_hasOneRedirectionForEachPin() {
    IoapicState state =
        new IoapicState(0, 0, 0, 0, Collections.nCopies(24, IoapicRedirection.RESET));

    IoapicState changed = state.with(23, IoapicRedirection.fixed(0, 0x40));

    assertEquals(0x40, changed.redirections().get(23).vector());
    assertEquals(IoapicRedirection.RESET, changed.redirections().get(22));
    assertThrows(IllegalArgumentException.class, () -> state.with(24, IoapicRedirection.RESET));
    assertThrows(IllegalArgumentException.class, () -> new IoapicState(0, 0, 0, 0, List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0x31, 0xfee00000, 0x31",
    "0xff, 0xff, 0xfeeff000, 0xff",
    "0x101, 0x10, 0x100fee01000, 0x10",
    "0x7fffffff, 0x20, 0x7fffff00feeff000, 0x20",
  })
  void aFixedMessage_namesDestinationAndVector(int apicId, int vector, long address, int data) {
    assertEquals(new MsiMessage(address, data), MsiMessage.fixed(apicId, vector));
    assertEquals(data | 0xc000, MsiMessage.fixed(apicId, vector).levelTriggered().data());
    assertEquals(vector, MsiMessage.fixed(apicId, vector).vector());
  }

  @ParameterizedTest
  @CsvSource({"-1, 0x31", "0, 0xf", "0, 0x100", "0, -1"})
  void aMessageThatNoApicTakes_isRefused(int apicId, int vector) {
    assertThrows(IllegalArgumentException.class, () -> MsiMessage.fixed(apicId, vector));
  }

  @Test
  void theDefaultRoutes_arePicAndIoapicUpTo15_thenTheIoapic() {
    List<GsiRoute> routes = GsiRoute.defaults();

    assertEquals(40, routes.size());
    assertTrue(routes.contains(new GsiRoute.IrqchipPin(0, Irqchip.IOAPIC, 0)));
    assertTrue(routes.contains(new GsiRoute.IrqchipPin(7, Irqchip.PIC_MASTER, 7)));
    assertTrue(routes.contains(new GsiRoute.IrqchipPin(8, Irqchip.PIC_SLAVE, 0)));
    assertTrue(routes.contains(new GsiRoute.IrqchipPin(15, Irqchip.PIC_SLAVE, 7)));
    assertEquals(1, routes.stream().filter(route -> route.gsi() == 16).count());
    assertTrue(routes.contains(new GsiRoute.IrqchipPin(23, Irqchip.IOAPIC, 23)));
  }

  @Test
  void routesToNowhere_areRefused() {
    for (Runnable route :
        List.<Runnable>of(
            () -> new GsiRoute.IrqchipPin(-1, Irqchip.IOAPIC, 0),
            () -> new GsiRoute.IrqchipPin(0, Irqchip.IOAPIC, 24),
            () -> new GsiRoute.IrqchipPin(0, Irqchip.PIC_SLAVE, 8),
            () -> new GsiRoute.IrqchipPin(0, Irqchip.PIC_MASTER, -1),
            () -> new GsiRoute.Msi(-1, MsiMessage.fixed(0, 0x31)),
            () -> new GsiRoute.HypervSint(1, -1, 0),
            () -> new GsiRoute.HypervSint(1, 0, 16),
            () -> new GsiRoute.XenEventChannel(1, 0, 0),
            () -> new GsiRoute.XenEventChannel(1, 4096, 0),
            () -> new GsiRoute.XenEventChannel(1, 1, -1))) {
      assertThrows(IllegalArgumentException.class, route::run);
    }
  }

  @Test
  void aPicState_holdsBytes() {
    PicState reset =
        new PicState(
            0, 0, 0xff, 0, 7, 8, false, false, false, 3, false, false, false, false, 0, 0xf8);

    assertEquals(0xef, reset.withImr(0xef).imr());
    assertEquals(reset, reset.withImr(0xef).withImr(0xff));
    assertEquals(
        "imr of a PIC is 0x100: use 0 to 0xff",
        assertThrows(IllegalArgumentException.class, () -> reset.withImr(0x100)).getMessage());
  }
}
