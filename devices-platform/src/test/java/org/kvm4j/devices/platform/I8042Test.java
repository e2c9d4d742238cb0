package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.VmEvent;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingControl.Request;

final class I8042Test extends DeviceContract {

  private static final int DATA = 0x60;
  private static final int COMMAND = 0x64;
  private static final int STR_OBF = 0x01;
  private static final int STR_IBF = 0x02;

  private final MockMachine machine = MockMachine.with(new I8042Provider());

  @Override
  protected DeviceProvider provider() {
    return new I8042Provider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  /** As the probe of Linux's i8042 driver does: a buffer that stays full is no controller. */
  @Test
  void outputBuffer_staysFull_soThatAProbeFindsNoController() {
    for (int bytes = 0; bytes < 48; bytes++) { // three probes
      assertTrue((machine.pio().readByte(COMMAND) & STR_OBF) != 0);
      assertEquals(0xff, machine.pio().readByte(DATA));
    }
    assertTrue((machine.pio().readByte(COMMAND) & STR_OBF) != 0);
  }

  /** As many small kernels do, and FreeBSD. */
  @Test
  void outputBuffer_canBeEmptied_byAGuestThatNeverGivesUp() {
    int bytes = emptied();

    assertTrue(bytes <= 100, () -> bytes + " bytes");
    assertFalse(isFull());
  }

  /** An answer to wait for, be it a wrong one: that of the self-test is 0x55. */
  @ParameterizedTest
  @ValueSource(ints = {DATA, COMMAND})
  void afterAWrite_thereIsAnAnswer(int port) {
    emptied();
    machine.pio().writeByte(port, 0xaa);

    assertTrue(isFull());
    assertEquals(0xff, machine.pio().readByte(DATA));
  }

  private int emptied() {
    int bytes = 0;
    while (isFull() && bytes < 1000) {
      machine.pio().readByte(DATA);
      bytes++;
    }
    return bytes;
  }

  private boolean isFull() {
    return (machine.pio().readByte(COMMAND) & STR_OBF) != 0;
  }

  /** As Linux does on reboot, which otherwise reads the status 65,536 times. */
  @Test
  void inputBuffer_isAlwaysEmpty_soThatRebootDoesNotWait() {
    machine.pio().writeByte(COMMAND, 0x20);
    machine.pio().writeByte(DATA, 0xff);

    assertEquals(0, machine.pio().readByte(COMMAND) & STR_IBF);
  }

  @Test
  void command0xfe_asksForReset() {
    machine.pio().writeByte(COMMAND, 0xfe);

    assertEquals(
        List.of(new Request(VmEvent.RESET, "i8042 command 0xfe")), machine.control().requests());
  }

  @ParameterizedTest
  @ValueSource(ints = {0xf0, 0xf2, 0xfc})
  void pulsingMorePinsThanReset_asksForReset(int command) {
    machine.pio().writeByte(COMMAND, command);

    assertEquals(1, machine.control().requests().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x20, 0x60, 0xaa, 0xd1, 0xee, 0xf1, 0xfd, 0xff})
  void otherCommands_areIgnored(int command) {
    machine.pio().writeByte(COMMAND, command);

    assertEquals(List.of(), machine.control().requests());
  }

  @Test
  void resetCommandAtTheDataPort_isIgnored() {
    machine.pio().writeByte(DATA, 0xfe);

    assertEquals(List.of(), machine.control().requests());
  }

  @Test
  void port0x61_isLeftToTheTimer() {
    machine.pio().readByte(0x61);

    assertEquals(1, machine.pio().unclaimed().size());
  }
}
