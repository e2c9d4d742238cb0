package com.example.thermometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.testkit.MapState;

/** What a driver sees of a sound chip. */
final class ThermometerTest {

  private final Chip chip = new Chip();

  @AfterEach
  void close() {
    chip.close();
  }

  @Test
  void registers_afterReset_areAsTheDatasheetSays() {
    assertEquals(0x4b4a0001, chip.read(Reg.ID));
    assertEquals(0, chip.read(Reg.STATUS));
    assertEquals(0, chip.read(Reg.TEMPERATURE));
    assertEquals(85_000, chip.read(Reg.HIGH_LIMIT));
    assertEquals(-40_000, chip.read(Reg.LOW_LIMIT));
    assertEquals(1_000, chip.read(Reg.HYSTERESIS));
    assertEquals(100, chip.read(Reg.SAMPLE_PERIOD));
  }

  @Test
  void conversion_takesTenMilliseconds() {
    chip.enable();

    chip.clock().advance(9_999_999);
    assertFalse(chip.has(Reg.STATUS, Reg.READY));

    chip.clock().advance(1);
    assertTrue(chip.has(Reg.STATUS, Reg.READY));
    assertEquals(25_000, chip.read(Reg.TEMPERATURE));
  }

  @Test
  void temperature_isSigned_andChangesWithTheNextSample() {
    chip.start();

    chip.say("temperature -12500");
    assertEquals(25_000, chip.read(Reg.TEMPERATURE));

    chip.nextSample();
    assertEquals(-12_500, chip.read(Reg.TEMPERATURE));
  }

  @Test
  void samplePeriod_isKeptWithinItsLimits() {
    chip.write(Reg.SAMPLE_PERIOD, 0);
    assertEquals(10, chip.read(Reg.SAMPLE_PERIOD));

    chip.write(Reg.SAMPLE_PERIOD, -1);
    assertEquals(60_000, chip.read(Reg.SAMPLE_PERIOD));
  }

  @Test
  void passingTheHighLimit_raisesTheLine_untilAcknowledged() {
    chip.write(Reg.INT_ENABLE, Reg.HIGH);
    chip.start();
    assertFalse(chip.line().isHigh());

    chip.warmTo(85_001);
    assertTrue(chip.line().isHigh());
    assertTrue(chip.has(Reg.STATUS, Reg.HIGH));

    chip.write(Reg.INT_STATUS, Reg.HIGH);
    assertFalse(chip.line().isHigh());
    assertTrue(chip.has(Reg.STATUS, Reg.HIGH));
  }

  @Test
  void acknowledging_clearsNothingElse() {
    chip.start();
    chip.warmTo(90_000);

    chip.write(Reg.INT_STATUS, Reg.READY);

    assertEquals(Reg.HIGH, chip.read(Reg.INT_STATUS));
  }

  @Test
  void highAlarm_risesAgain_onlyAfterItFellByTheHysteresis() {
    chip.write(Reg.INT_ENABLE, Reg.HIGH);
    chip.start();
    chip.warmTo(90_000);
    chip.write(Reg.INT_STATUS, Reg.HIGH);

    chip.warmTo(84_000); // the limit less the hysteresis
    assertTrue(chip.has(Reg.STATUS, Reg.HIGH));
    chip.warmTo(90_000);
    assertFalse(chip.line().isHigh());

    chip.warmTo(83_999);
    assertFalse(chip.has(Reg.STATUS, Reg.HIGH));
    chip.warmTo(90_000);
    assertTrue(chip.line().isHigh());
  }

  @Test
  void lowAlarm_mirrorsTheHighOne() {
    chip.write(Reg.INT_ENABLE, Reg.LOW);
    chip.start();

    chip.warmTo(-40_001);
    assertTrue(chip.line().isHigh());

    chip.warmTo(-39_000);
    assertTrue(chip.has(Reg.STATUS, Reg.LOW));
    chip.warmTo(-38_999);
    assertFalse(chip.has(Reg.STATUS, Reg.LOW));
  }

  @Test
  void limitsAtTheEdgeOfInt_neverWrapAround() {
    chip.write(Reg.HIGH_LIMIT, Integer.MIN_VALUE);
    chip.write(Reg.LOW_LIMIT, Integer.MAX_VALUE);
    chip.start();
    chip.nextSample();

    assertTrue(chip.has(Reg.STATUS, Reg.HIGH | Reg.LOW));
  }

  @Test
  void readyInterrupt_comesWithEverySample() {
    chip.write(Reg.INT_ENABLE, Reg.READY);
    chip.start();
    chip.write(Reg.INT_STATUS, Reg.READY);
    assertFalse(chip.line().isHigh());

    chip.nextSample();

    assertTrue(chip.line().isHigh());
  }

  @Test
  void disabling_stopsConversions_andKeepsTheTemperature() {
    chip.start();

    chip.write(Reg.CONTROL, 0);
    chip.warmTo(30_000);

    assertEquals(0, chip.read(Reg.STATUS));
    assertEquals(25_000, chip.read(Reg.TEMPERATURE));
    assertEquals(0, chip.clock().armedTimers());
  }

  @Test
  void accessesOtherThanWholeRegisters_readAllOnes_andWriteNothing() {
    chip.store(Reg.HIGH_LIMIT, 2, 7);
    chip.store(Reg.HIGH_LIMIT + 2, 4, 7);

    assertEquals(85_000, chip.read(Reg.HIGH_LIMIT));
    assertEquals(0xffff, chip.load(Reg.HIGH_LIMIT, 2));
    assertEquals(0xff, chip.load(Reg.HIGH_LIMIT + 1, 1));
  }

  @Test
  void conversion_goesOn_whereASavedOneStood() {
    chip.write(Reg.HIGH_LIMIT, 20_000);
    chip.write(Reg.INT_ENABLE, Reg.HIGH);
    chip.enable();
    chip.clock().advance(4_000_000);
    MapState saved = MapState.of(chip.machine().device());

    try (Chip other = new Chip()) {
      other.machine().device().restore(saved);
      other.clock().advance(5_999_999);
      assertFalse(other.line().isHigh());
      other.clock().advance(1);
      assertTrue(other.line().isHigh());
    }
  }

  @Test
  void acpi_hasItsRegistersAndItsLevelInterrupt() {
    AcpiDevice described = chip.machine().firmware().acpiDevices().get(0);

    assertEquals("KVMJ0001", described.hid());
    assertEquals(
        List.of(FixedResource.addresses(0xd000_0000L, 0x40), FixedResource.interrupt(Chip.IRQ)),
        described.resources());
    assertEquals(AcpiDevice.Trigger.LEVEL, described.trigger());
  }
}
