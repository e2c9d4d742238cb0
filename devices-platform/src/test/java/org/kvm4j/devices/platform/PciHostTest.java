package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.VmEvent;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingControl.Request;

final class PciHostTest extends DeviceContract {

  private static final int CONFIG_ADDRESS = 0xcf8;
  private static final int RST_CNT = 0xcf9;
  private static final int CONFIG_DATA = 0xcfc;
  private static final int SYS_RST = 0x02;
  private static final int RST_CPU = 0x04;

  private final MockMachine machine = MockMachine.with(new PciHostProvider());

  @Override
  protected DeviceProvider provider() {
    return new PciHostProvider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void raisingRstCpu_asksForReset() {
    machine.pio().writeByte(RST_CNT, SYS_RST);
    assertEquals(List.of(), machine.control().requests());

    machine.pio().writeByte(RST_CNT, SYS_RST | RST_CPU);

    assertEquals(
        List.of(new Request(VmEvent.RESET, "reset control register 0xcf9 = 0x06")),
        machine.control().requests());
  }

  @Test
  void raisingRstCpuAlone_asksForReset() {
    machine.pio().writeByte(RST_CNT, RST_CPU);

    assertEquals(1, machine.control().requests().size());
  }

  @Test
  void rstCpuThatIsSetAlready_asksOnlyOnce_untilItFell() {
    machine.pio().writeByte(RST_CNT, RST_CPU);
    machine.pio().writeByte(RST_CNT, RST_CPU | SYS_RST);
    assertEquals(1, machine.control().requests().size());

    machine.pio().writeByte(RST_CNT, 0);
    machine.pio().writeByte(RST_CNT, RST_CPU);
    assertEquals(2, machine.control().requests().size());
  }

  @Test
  void register_readsBackItsThreeBits() {
    assertEquals(0, machine.pio().readByte(RST_CNT));

    machine.pio().writeByte(RST_CNT, 0xff);

    assertEquals(0x0e, machine.pio().readByte(RST_CNT));
  }

  /** Function 4 of device 0 has bit 2 of the byte at 0xcf9 set. */
  @Test
  void configAddressOfFunction4_isNoReset() {
    machine.pio().write(CONFIG_ADDRESS, 4, 0x8000_0400);

    assertEquals(List.of(), machine.control().requests());
    assertEquals(0, machine.pio().readByte(RST_CNT));
  }

  /** How a guest finds out that there is configuration mechanism #1. */
  @Test
  void configAddress_readsBack_withoutItsReservedBits() {
    machine.pio().write(CONFIG_ADDRESS, 4, 0x8000_0000);
    assertEquals(0x8000_0000, machine.pio().read(CONFIG_ADDRESS, 4));

    machine.pio().write(CONFIG_ADDRESS, 4, 0xffff_ffff);
    assertEquals(0x80ff_fffc, machine.pio().read(CONFIG_ADDRESS, 4));
  }

  @Test
  void hostBridge_isFunction0OfDevice0() {
    machine.pio().write(CONFIG_ADDRESS, 4, 0x8000_0000);
    assertEquals(0x0008_1b36, machine.pio().read(CONFIG_DATA, 4));
    assertEquals(0x1b36, machine.pio().read(CONFIG_DATA, 2));
    assertEquals(0x0008, machine.pio().read(CONFIG_DATA + 2, 2));

    machine.pio().write(CONFIG_ADDRESS, 4, 0x8000_0008);
    assertEquals(0x0600, machine.pio().read(CONFIG_DATA + 2, 2));
    assertEquals(0x06, machine.pio().readByte(CONFIG_DATA + 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x8000_0100, 0x8000_0800, 0x8001_0000, 0})
  void everyOtherFunction_isAbsent_andSoIsAllWithoutTheEnableBit(int address) {
    machine.pio().write(CONFIG_ADDRESS, 4, address);

    assertEquals(0xffff_ffff, machine.pio().read(CONFIG_DATA, 4));
  }

  @Test
  void hostBridge_cannotBeWritten() {
    machine.pio().write(CONFIG_ADDRESS, 4, 0x8000_0000);
    machine.pio().write(CONFIG_DATA, 4, 0);

    assertEquals(0x0008_1b36, machine.pio().read(CONFIG_DATA, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {0xcf8, 0xcfa, 0xcfb})
  void bytesOfConfigAddress_areAsUnclaimed(int port) {
    machine.pio().writeByte(port, 0xff);

    assertEquals(0xff, machine.pio().readByte(port));
    assertEquals(List.of(), machine.control().requests());
    assertEquals(0, machine.pio().read(CONFIG_ADDRESS, 4));
  }

  @Test
  void restoredRstCpu_doesNotResetAgain() {
    machine.pio().writeByte(RST_CNT, RST_CPU);
    try (MockMachine other = MockMachine.with(provider())) {
      other.device().restore(MapState.of(machine.device()));
      other.pio().writeByte(RST_CNT, RST_CPU);

      assertEquals(List.of(), other.control().requests());
    }
  }
}
