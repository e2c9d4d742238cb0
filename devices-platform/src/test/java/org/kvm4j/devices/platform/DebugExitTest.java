package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingControl.Exit;

final class DebugExitTest extends DeviceContract {

  private static final int PORT = 0xf4;

  private final MockMachine machine =
      MockMachine.with(new DebugExitProvider(), Map.of("base", "0xf4"));

  @Override
  protected DeviceProvider provider() {
    return new DebugExitProvider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0x10, 33", "0x11, 35", "0x7f, 255", "0x80, 1"})
  void writing_asksForAnExit_withTwiceTheValuePlusOne(String value, int status) {
    machine.pio().writeByte(PORT, Integer.decode(value));

    assertEquals(List.of(status), machine.control().exits().stream().map(Exit::status).toList());
  }

  @Test
  void wideWrite_isOneExit() {
    machine.pio().write(PORT, 4, 0x10);

    assertEquals(List.of(new Exit(33, "debug-exit 0x10, status 33")), machine.control().exits());
  }

  @Test
  void reading_isZero_andEndsNothing() {
    assertEquals(0, machine.pio().readByte(PORT));
    assertEquals(List.of(), machine.control().exits());
  }

  @Test
  void standardPlace_leavesRoomForPvpanic() {
    try (MockMachine both = MockMachine.with(new DebugExitProvider())) {
      both.add(new PvpanicProvider());
      both.pio().writeByte(0x501, 0);
      both.pio().writeByte(0x505, 1);

      assertEquals(1, both.control().exits().size());
      assertEquals(1, both.control().requests().size());
    }
  }
}
