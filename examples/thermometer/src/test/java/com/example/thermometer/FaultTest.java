package com.example.thermometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a driver sees of a chip that is broken. */
final class FaultTest {

  @Test
  void stuck_showsTheSameTemperature_withEverySample() {
    try (Chip chip = new Chip()) {
      chip.start();
      chip.say("fault stuck");
      chip.write(Reg.INT_STATUS, Reg.READY);

      chip.warmTo(90_000);

      assertEquals(25_000, chip.read(Reg.TEMPERATURE));
      assertTrue(chip.has(Reg.INT_STATUS, Reg.READY));
    }
  }

  @Test
  void noise_staysWithinFiveDegrees() {
    try (Chip chip = new Chip("fault", "noise")) {
      chip.start();
      int first = chip.read(Reg.TEMPERATURE);
      chip.nextSample();

      assertNotEquals(first, chip.read(Reg.TEMPERATURE));
      for (int sample = 0; sample < 1_000; sample++) {
        assertEquals(25_000, chip.read(Reg.TEMPERATURE), 5_000);
        chip.nextSample();
      }
    }
  }

  @Test
  void noIrq_holdsTheLineLow_untilItIsRepaired() {
    try (Chip chip = new Chip("fault", "no-irq")) {
      chip.write(Reg.INT_ENABLE, Reg.READY);
      chip.start();
      assertTrue(chip.has(Reg.INT_STATUS, Reg.READY));
      assertFalse(chip.line().isHigh());

      chip.say("fault none");

      assertTrue(chip.line().isHigh());
    }
  }

  @Test
  void busError_readsAllOnes_andLosesWrites() {
    try (Chip chip = new Chip()) {
      chip.write(Reg.INT_ENABLE, Reg.READY);
      chip.start();
      chip.say("fault bus-error");

      chip.write(Reg.HIGH_LIMIT, 1);
      assertEquals(-1, chip.read(Reg.ID));
      assertFalse(chip.line().isHigh());

      chip.say("fault none");
      assertEquals(85_000, chip.read(Reg.HIGH_LIMIT));
      assertTrue(chip.line().isHigh());
    }
  }

  @Test
  void slowReady_makesTheFirstConversionTakeASecond() {
    try (Chip chip = new Chip("fault", "slow-ready")) {
      chip.enable();
      chip.clock().advance(999_999_999);
      assertFalse(chip.has(Reg.STATUS, Reg.READY));

      chip.clock().advance(1);

      assertTrue(chip.has(Reg.STATUS, Reg.READY));
    }
  }
}
