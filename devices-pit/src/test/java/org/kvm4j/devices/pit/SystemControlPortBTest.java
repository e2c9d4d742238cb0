package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.pit.PitGuest.PORT_B;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.testkit.MockMachine;

class SystemControlPortBTest {

  private static final int REFRESH = 0x10;

  private final PitGuest guest = new PitGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void lowFourBits_readBackAsWritten_theOthersAreNotWritable() {
    for (int value : new int[] {0xff, 0x05, 0x0a, 0x00}) {
      guest.out(PORT_B, value);
      assertEquals(value & 0x0f, guest.in(PORT_B) & ~REFRESH);
    }
  }

  @Test
  void refresh_togglesEvery18Pulses() {
    int toggles = 0;
    int before = guest.in(PORT_B) & REFRESH;
    for (int i = 0; i < 1800; i++) {
      guest.pulses(1);
      int after = guest.in(PORT_B) & REFRESH;
      toggles += after == before ? 0 : 1;
      before = after;
    }
    assertEquals(100, toggles);
  }

  @Test
  void out2_followsCounter2() {
    guest.gate(true);
    guest.start16(2, 0, 3);
    guest.pulses(3);
    assertFalse(guest.out2());
    guest.pulses(1);
    assertTrue(guest.out2());
  }

  @Test
  void gateBit_isAnEdgeOnlyWhenItChanges() {
    guest.gate(true);
    guest.start16(2, 2, 5);
    guest.pulses(3);
    guest.out(PORT_B, 0x03);
    assertEquals("2H 1L 5H", guest.watch(2, 3));
  }

  @Test
  void ports_areWhereTheOptionsPutThem() {
    Map<String, String> options = Map.of("base", "0x140", "speaker-port", "0x161", "irq", "5");
    try (MockMachine machine = MockMachine.with(new PitProvider(), options)) {
      machine.pio().write(0x143, 1, 0x14);
      machine.pio().write(0x140, 1, 9);
      machine.pio().write(0x161, 1, 0x03);
      assertEquals(0x03, machine.pio().read(0x161, 1) & 0x0f);
      assertTrue(machine.line(5).isHigh());
      assertEquals(0xff, machine.pio().read(PORT_B, 1), "nobody's");
    }
  }

  @Test
  void speakerPortAmongThe8254sPorts_isRefused() {
    Map<String, String> options = Map.of("base", "0x60");
    DeviceConflictException refused =
        assertThrows(
            DeviceConflictException.class,
            () -> MockMachine.with(new PitProvider(), options).close());
    assertTrue(refused.getMessage().contains("Give pit speaker-port=0x64"), refused.getMessage());
  }
}
