package org.kvm4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MockMachine;

final class DiceTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new DiceProvider();
  }

  @Test
  void reading_rollsTheDie() {
    try (MockMachine machine = MockMachine.with(provider())) {
      assertEquals(1, machine.pio().read(0x510, 1));
      assertEquals(1, machine.pio().read(0x510, 1));
      assertEquals(3, machine.pio().read(0x510, 1));
      assertEquals(5, machine.pio().read(0x510, 1));
    }
  }
}
