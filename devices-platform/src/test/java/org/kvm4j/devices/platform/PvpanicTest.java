package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.VmEvent;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingControl.Request;

final class PvpanicTest extends DeviceContract {

  private static final int PORT = 0x505;
  private static final int PANICKED = 1;
  private static final int CRASH_LOADED = 2;

  private final MockMachine machine = MockMachine.with(new PvpanicProvider());

  @Override
  protected DeviceProvider provider() {
    return new PvpanicProvider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void reading_namesTheSupportedEvents() {
    assertEquals(PANICKED | CRASH_LOADED, machine.pio().readByte(PORT));
  }

  @Test
  void panicked_reportsGuestPanic() {
    machine.pio().writeByte(PORT, PANICKED);

    assertEquals(
        List.of(new Request(VmEvent.GUEST_PANIC, "pvpanic event 0x01")),
        machine.control().requests());
  }

  @Test
  void crashLoaded_isLoggedOnce_andTheVmGoesOn() {
    machine.pio().writeByte(PORT, CRASH_LOADED);
    machine.pio().writeByte(PORT, CRASH_LOADED);

    assertEquals(List.of(), machine.control().requests());
    assertEquals(
        List.of("WARNING: The guest's kernel has panicked and starts its crash kernel."),
        machine.log().messages());
  }

  @Test
  void crashLoadedAfterReset_isLoggedAgain() {
    machine.pio().writeByte(PORT, CRASH_LOADED);
    machine.reset();
    machine.pio().writeByte(PORT, CRASH_LOADED);

    assertEquals(2, machine.log().messages().size());
  }

  @Test
  void unknownEvents_areIgnored() {
    machine.pio().writeByte(PORT, 0xfc);

    assertEquals(List.of(), machine.control().requests());
    assertEquals(List.of(), machine.log().messages());
  }
}
