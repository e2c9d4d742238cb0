package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;

final class PostCodeTest extends DeviceContract {

  private static final int PORT = 0x80;

  private final MockMachine machine = MockMachine.with(new PostCodeProvider());

  @Override
  protected DeviceProvider provider() {
    return new PostCodeProvider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void reading_returnsTheLastCode() {
    assertEquals(0, machine.pio().readByte(PORT));

    machine.pio().writeByte(PORT, 0x12);
    machine.pio().writeByte(PORT, 0xfe);

    assertEquals(0xfe, machine.pio().readByte(PORT));
  }

  @Test
  void closing_logsTheLast16Codes_repetitionsOnce() {
    for (int code = 1; code <= 18; code++) {
      machine.pio().writeByte(PORT, code);
      machine.pio().writeByte(PORT, code);
    }
    assertEquals(List.of(), machine.log().messages());

    machine.device().close();

    assertEquals(
        List.of("DEBUG: Last POST codes: 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12"),
        machine.log().messages());
  }

  @Test
  void closingUnused_logsNothing() {
    machine.device().close();

    assertEquals(List.of(), machine.log().messages());
  }

  @Test
  void reset_logsAndForgets() {
    machine.pio().writeByte(PORT, 0x42);
    machine.reset();

    assertEquals(0, machine.pio().readByte(PORT));
    assertEquals(1, machine.log().messages().size());
  }

  /** As Linux does millions of times, for the delay alone. */
  @Test
  void repeatedCode_isKeptOnce() {
    machine.pio().writeByte(PORT, 0x31);
    for (int i = 0; i < 100; i++) {
      machine.pio().writeByte(PORT, 0);
    }

    assertArrayEquals(new byte[] {0x31, 0}, savedCodes());
  }

  @Test
  void savedCodes_areThoseWritten_theOldestFirst() {
    assertArrayEquals(new byte[0], savedCodes());

    machine.pio().writeByte(PORT, 0x01);
    machine.pio().writeByte(PORT, 0xfe);

    assertArrayEquals(new byte[] {0x01, (byte) 0xfe}, savedCodes());
  }

  private byte[] savedCodes() {
    return MapState.of(machine.device()).bytes("codes", 16);
  }

  @Test
  void savedCodes_comeBack() {
    machine.pio().writeByte(PORT, 0x42);
    try (MockMachine other = MockMachine.with(provider())) {
      other.device().restore(MapState.of(machine.device()));

      assertEquals(0x42, other.pio().readByte(PORT));
    }
  }
}
