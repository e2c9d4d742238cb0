package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MemoryStream;
import org.kvm4j.testkit.MockMachine;

final class DebugConsoleTest extends DeviceContract {

  private static final int PORT = 0xe9;
  private static final int FIRMWARE_PORT = 0x402;

  private final MockMachine machine = MockMachine.with(new DebugConsoleProvider());

  @Override
  protected DeviceProvider provider() {
    return new DebugConsoleProvider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private MemoryStream output() {
    return machine.stream("stderr");
  }

  @Test
  void bytesWritten_areTheOutput() {
    machine.pio().writeByte(PORT, 'h');
    machine.pio().writeByte(PORT, 'i');

    assertEquals("hi", output().received());
  }

  /** What firmware asks for before it prints, at its own port, too. */
  @Test
  void reading_saysThatThePortIsThere() {
    machine.add(
        new DebugConsoleProvider(), Map.of("base", "0x402", "backend", "file:firmware.log"));

    assertEquals(0xe9, machine.pio().readByte(PORT));
    assertEquals(0xe9, machine.pio().readByte(FIRMWARE_PORT));
  }

  @Test
  void wideWrite_isOneCharacter() {
    machine.pio().write(PORT, 2, 'y' << 8 | 'x');

    assertEquals("x", output().received());
  }

  @Test
  void outputThatTheHostDoesNotTake_isLost_andLoggedOnce() {
    output().setRoom(1);
    for (char c : "abc".toCharArray()) {
      machine.pio().writeByte(PORT, c);
    }
    output().setRoom(2);
    machine.pio().writeByte(PORT, 'd');

    assertEquals("ad", output().received());
    assertEquals(
        List.of(
            "WARNING: Output of debug-console was lost: the guest went on writing while nobody"
                + " read. Read its back-end faster."),
        machine.log().messages());
  }
}
