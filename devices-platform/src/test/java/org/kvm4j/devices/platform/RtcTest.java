package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.platform.RtcGuest.RTC_24H;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_A;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_B;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_C;
import static org.kvm4j.devices.platform.RtcGuest.RTC_REG_D;
import static org.kvm4j.devices.platform.RtcGuest.RTC_UIE;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MapState;

/** Ports, RAM, options and saved state. */
final class RtcTest extends DeviceContract {

  private static final int INDEX_PORT = 0x70;
  private static final int DATA_PORT = 0x71;

  private final RtcGuest guest = new RtcGuest();

  @Override
  protected DeviceProvider provider() {
    return new RtcProvider();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  // Registers

  @Test
  void controlRegisters_startAsFirmwareLeavesThem() {
    assertEquals(0x26, guest.read(RTC_REG_A));
    assertEquals(RTC_24H, guest.read(RTC_REG_B));
    assertEquals(0x00, guest.read(RTC_REG_C));
    assertEquals(0x80, guest.read(RTC_REG_D));
  }

  @Test
  void uipAndRegistersCAndD_areReadOnly() {
    guest.write(RTC_REG_A, 0xa6);
    guest.write(RTC_REG_C, 0xff);
    guest.write(RTC_REG_D, 0x00);

    assertEquals(0x26, guest.read(RTC_REG_A));
    assertEquals(0x00, guest.read(RTC_REG_C));
    assertEquals(0x80, guest.read(RTC_REG_D));
  }

  @Test
  void index_isWriteOnly_andItsNmiMaskDoesNotCount() {
    guest.machine().pio().writeByte(INDEX_PORT, 0x80 | RTC_REG_D);

    assertEquals(0x80, guest.machine().pio().readByte(DATA_PORT));
    assertEquals(0xff, guest.machine().pio().readByte(INDEX_PORT));
  }

  @Test
  void wideAccess_isOneByteForEachPort() {
    guest.machine().pio().write(INDEX_PORT, 2, 0xab << 8 | 0x40);

    assertEquals(0xab, guest.read(0x40));
  }

  @Test
  void ram_holds114Bytes_andTheAlarmIsRamToo() {
    int held = 0;
    for (int register = 0; register < 128; register++) {
      int value = register ^ 0x5a;
      guest.write(register, value);
      boolean isRam = register > RTC_REG_D && register != RtcGuest.RTC_CENTURY;
      boolean isAlarm = register == 1 || register == 3 || register == 5;
      if (isRam || isAlarm) {
        assertEquals(value, guest.read(register));
        held++;
      }
    }
    assertEquals(113 + 3, held); // the century is the 114th byte of RAM, which the clock keeps
  }

  @Test
  void reset_makesTheClockAsNew() {
    guest.setClock("1999-12-31", "23:59:59");
    guest.write(0x40, 0xab);
    guest.machine().reset();

    assertEquals("2023-11-25 14:37:08", guest.now());
    assertEquals(0, guest.read(0x40));
  }

  // Memory size

  @ParameterizedTest
  @CsvSource({
    // below 4 GiB, from 4 GiB, base, extended, above 16 MiB, above 4 GiB
    "0, 0, 0, 0, 0, 0",
    "0x80000, 0, 512, 0, 0, 0",
    "0x100000, 0, 640, 0, 0, 0",
    "0x1000000, 0, 640, 15360, 0, 0",
    "0x20000000, 0, 640, 65535, 7936, 0",
    "0xc0000000, 0x40000000, 640, 65535, 48896, 16384",
    "0x100000000, 0x10000000000, 640, 65535, 65280, 16777215",
  })
  void memorySize_isInCmos(
      String below4g, String above4g, int base, int extended, int above16m, int above4gUnits) {
    Map<String, String> options = Map.of("memory-below-4g", below4g, "memory-above-4g", above4g);
    try (RtcGuest other = new RtcGuest(options)) {
      assertEquals(base, other.read(0x15) | other.read(0x16) << 8);
      assertEquals(extended, other.read(0x17) | other.read(0x18) << 8);
      assertEquals(extended, other.read(0x30) | other.read(0x31) << 8);
      assertEquals(above16m, other.read(0x34) | other.read(0x35) << 8);
      assertEquals(above4gUnits, other.read(0x5b) | other.read(0x5c) << 8 | other.read(0x5d) << 16);
    }
  }

  /** A sum that fits one byte says nothing of the order of two: 3 GiB give 640, 65,535. */
  @Test
  void checksum_isThatOfTheBytesBefore_itsHighByteFirst() {
    try (RtcGuest other = new RtcGuest(Map.of("memory-below-4g", "0xc0000000"))) {
      int sum = 0;
      for (int register = 0x10; register <= 0x2d; register++) {
        sum += other.read(register);
      }
      assertEquals(0x02 + 0x80 + 0x02 + 0xff + 0xff, sum);
      assertEquals(sum, other.read(0x2e) << 8 | other.read(0x2f));
    }
  }

  @Test
  void equipment_isAnFpu() {
    assertEquals(0x02, guest.read(0x14));
  }

  /** What SeaBIOS waits for: fewer, and it waits for ever. */
  @ParameterizedTest
  @CsvSource({"1, 0", "8, 7", "256, 255"})
  void otherCpus_areCounted(String cpus, int others) {
    try (RtcGuest other = new RtcGuest(Map.of("cpus", cpus))) {
      assertEquals(others, other.read(0x5f));
    }
  }

  @Test
  void memorySize_comesBackWithAReset() {
    try (RtcGuest other = new RtcGuest(Map.of("memory-below-4g", "0x100000"))) {
      other.write(0x15, 0);
      other.machine().reset();

      assertEquals(640, other.read(0x15) | other.read(0x16) << 8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "0x100000001", "1G", ""})
  void impossibleMemorySize_isRefused(String text) {
    assertThrows(
        DeviceConfigurationException.class, () -> new RtcGuest(Map.of("memory-below-4g", text)));
  }

  // Saved state

  @Test
  void restoredClock_showsTheTimeThatItsOwnWallClockGives() {
    guest.setClock("1985-10-26", "01:21:00");
    MapState saved = MapState.of(guest.machine().device());

    try (RtcGuest other = new RtcGuest()) {
      other.advance(Duration.ofHours(1));
      other.machine().device().restore(saved);

      assertEquals("1985-10-26 02:21:00", other.now());
    }
  }

  @Test
  void restoredStandingClock_showsTheRegistersAsTheyWere() {
    guest.write(RTC_REG_B, RtcGuest.RTC_SET | RTC_24H);
    guest.write(RtcGuest.RTC_MONTH, 0x77);
    MapState saved = MapState.of(guest.machine().device());

    try (RtcGuest other = new RtcGuest()) {
      other.advance(Duration.ofHours(1));
      other.machine().device().restore(saved);

      assertEquals("2023-77-25 14:37:08", other.now());
    }
  }

  @Test
  void interruptThatIsPending_isPendingAfterRestore() {
    guest.write(RTC_REG_B, RTC_24H | RTC_UIE);
    guest.advance(Duration.ofSeconds(1));
    MapState saved = MapState.of(guest.machine().device());

    try (RtcGuest other = new RtcGuest()) {
      other.machine().device().restore(saved);

      assertTrue(other.interrupted());
      assertEquals(RtcGuest.RTC_IRQF | RtcGuest.RTC_UF, other.read(RTC_REG_C) & 0x90);
    }
  }

  @Test
  void flagThatIsDueButNotYetSeen_isSaved() {
    guest.advance(Duration.ofSeconds(1));
    MapState saved = MapState.of(guest.machine().device());

    try (RtcGuest other = new RtcGuest()) {
      other.machine().device().restore(saved);

      assertEquals(RtcGuest.RTC_UF, other.read(RTC_REG_C) & RtcGuest.RTC_UF);
    }
  }

  @Test
  void restoredClock_keepsItsTimer() {
    guest.write(RTC_REG_B, RTC_24H | RTC_UIE);
    MapState saved = MapState.of(guest.machine().device());

    try (RtcGuest other = new RtcGuest()) {
      other.machine().device().restore(saved);
      other.advance(Duration.ofSeconds(1));

      assertTrue(other.interrupted());
    }
  }
}
