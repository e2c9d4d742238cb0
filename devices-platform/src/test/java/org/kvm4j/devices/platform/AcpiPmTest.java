package org.kvm4j.devices.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.VmEvent;
import org.kvm4j.testkit.DeviceContract;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingControl.Request;

final class AcpiPmTest extends DeviceContract {

  private static final int PM1_STS = 0x600;
  private static final int PM1_EN = 0x602;
  private static final int PM1_CNT = 0x604;
  private static final int PM_TMR = 0x608;
  private static final int SCI = 9;

  private static final int TMR = 0x0001;
  private static final int PWRBTN = 0x0100;
  private static final int SCI_EN = 0x0001;
  private static final int SLP_EN = 0x2000;

  private static final long SECOND = 1_000_000_000;

  /** When bit 31 of the timer changes for the first time: 2^31 / 3.579545 MHz, rounded up. */
  private static final long CARRY = 599_932_015_941L;

  private final MockMachine machine = MockMachine.with(new AcpiPmProvider());

  @Override
  protected DeviceProvider provider() {
    return new AcpiPmProvider();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  // The timer: ACPI 6.5, 4.8.3.3

  @Test
  void timer_counts3579545TimesASecond() {
    assertEquals(0, machine.pio().read(PM_TMR, 4));

    machine.clock().advance(SECOND);
    assertEquals(3_579_545, machine.pio().read(PM_TMR, 4));

    machine.clock().advance(1000 * SECOND);
    assertEquals((int) (1001L * 3_579_545), machine.pio().read(PM_TMR, 4));
  }

  @Test
  void timer_countsFractionsOfASecond() {
    machine.clock().advance(279);
    assertEquals(0, machine.pio().read(PM_TMR, 4));

    machine.clock().advance(1);
    assertEquals(1, machine.pio().read(PM_TMR, 4));
  }

  @Test
  void timer_isReadInAnyWidth() {
    machine.clock().advance(100 * SECOND);
    int count = machine.pio().read(PM_TMR, 4);

    assertEquals(count & 0xffff, machine.pio().read(PM_TMR, 2));
    assertEquals(count >>> 16, machine.pio().read(PM_TMR + 2, 2));
    assertEquals(count >>> 8 & 0xff, machine.pio().read(PM_TMR + 1, 1));
    assertEquals(count >>> 24, machine.pio().read(PM_TMR + 3, 1));
  }

  @Test
  void timer_isReadOnly() {
    machine.pio().write(PM_TMR, 4, 0x1234_5678);

    assertEquals(0, machine.pio().read(PM_TMR, 4));
  }

  @Test
  void changeOfBit31_setsTmrSts_withoutAnyTimer() {
    machine.clock().advance(CARRY - 1);
    assertEquals(0, machine.pio().read(PM1_STS, 2));

    machine.clock().advance(1);
    assertEquals(TMR, machine.pio().read(PM1_STS, 2));
    assertEquals(0x8000_0000, machine.pio().read(PM_TMR, 4));
    assertEquals(0, machine.clock().armedTimers());
  }

  @Test
  void fallOfBit31_setsTmrStsToo() {
    machine.clock().advance(CARRY);
    machine.pio().write(PM1_STS, 2, TMR);
    assertEquals(0, machine.pio().read(PM1_STS, 2));

    machine.clock().advance(CARRY);

    assertEquals(TMR, machine.pio().read(PM1_STS, 2));
  }

  // Events: ACPI 6.5, 4.8.3.1

  @Test
  void tmrEn_raisesSci_atTheChangeOfBit31() {
    machine.pio().write(PM1_EN, 2, TMR);

    machine.clock().advance(CARRY - 1);
    assertFalse(machine.line(SCI).isHigh());

    machine.clock().advance(1);
    assertTrue(machine.line(SCI).isHigh());
  }

  @Test
  void clearingTmrSts_lowersSci_untilTheNextChange() {
    machine.pio().write(PM1_EN, 2, TMR);
    machine.clock().advance(CARRY);

    machine.pio().write(PM1_STS, 2, TMR);
    assertFalse(machine.line(SCI).isHigh());

    machine.clock().advance(CARRY);
    assertTrue(machine.line(SCI).isHigh());
    assertEquals(2, machine.line(SCI).risingEdges());
  }

  @Test
  void sci_isTheLevel_ofStatusAndEnable() {
    machine.clock().advance(CARRY);

    machine.pio().write(PM1_EN, 2, TMR);
    assertTrue(machine.line(SCI).isHigh());

    machine.pio().write(PM1_EN, 2, PWRBTN);
    assertFalse(machine.line(SCI).isHigh());
  }

  @Test
  void timerRuns_onlyWhileTmrStsIsAwaited() {
    assertEquals(0, machine.clock().armedTimers());

    machine.pio().write(PM1_EN, 2, TMR);
    assertEquals(1, machine.clock().armedTimers());

    machine.clock().advance(CARRY);
    assertEquals(0, machine.clock().armedTimers());

    machine.pio().write(PM1_STS, 2, TMR);
    assertEquals(1, machine.clock().armedTimers());

    machine.pio().write(PM1_EN, 2, 0);
    assertEquals(0, machine.clock().armedTimers());
  }

  @Test
  void powerButton_setsItsStatus_andRaisesSciWhenEnabled() {
    assertTrue(machine.ask(HostRequest.POWER_BUTTON));
    assertEquals(PWRBTN, machine.pio().read(PM1_STS, 2));
    assertFalse(machine.line(SCI).isHigh());
    machine.pio().write(PM1_STS, 2, PWRBTN);

    machine.pio().write(PM1_EN, 2, PWRBTN);
    assertFalse(machine.line(SCI).isHigh());
    machine.ask(HostRequest.POWER_BUTTON);
    assertTrue(machine.line(SCI).isHigh());
  }

  @Test
  void powerButtonStatus_isClearedByAOne_andRaisesSciWhenEnabled() {
    machine.device().restore(MapState.of(machine.device()).replace("pm1_sts", PWRBTN));
    assertEquals(PWRBTN, machine.pio().read(PM1_STS, 2));

    machine.pio().write(PM1_EN, 2, PWRBTN);
    assertTrue(machine.line(SCI).isHigh());

    machine.pio().write(PM1_STS, 2, TMR);
    assertTrue(machine.line(SCI).isHigh());

    machine.pio().write(PM1_STS, 2, PWRBTN);
    assertFalse(machine.line(SCI).isHigh());
    assertEquals(0, machine.pio().read(PM1_STS, 2));
  }

  /** Linux writes an enable bit and reads it back to see that the hardware is there. */
  @Test
  void definedEnableBits_readBack() {
    machine.pio().write(PM1_EN, 2, 0xffff);

    assertEquals(0x0721, machine.pio().read(PM1_EN, 2));
  }

  @Test
  void statusBits_cannotBeSetByWriting() {
    machine.pio().write(PM1_STS, 2, 0xffff);

    assertEquals(0, machine.pio().read(PM1_STS, 2));
  }

  @Test
  void eventBlock_isReadAndWrittenInAnyWidth() {
    machine.clock().advance(CARRY);
    machine.pio().write(PM1_EN + 1, 1, PWRBTN >> 8);
    machine.pio().write(PM1_EN, 1, TMR);

    assertEquals((TMR | PWRBTN) << 16 | TMR, machine.pio().read(PM1_STS, 4));
    assertEquals(PWRBTN >> 8, machine.pio().read(PM1_EN + 1, 1));

    machine.pio().write(PM1_STS, 4, PWRBTN << 16 | TMR);
    assertEquals(PWRBTN << 16, machine.pio().read(PM1_STS, 4));
  }

  @Test
  void writingTheHighStatusByte_leavesTmrSts() {
    machine.clock().advance(CARRY);

    machine.pio().write(PM1_STS + 1, 1, 0xff);

    assertEquals(TMR, machine.pio().read(PM1_STS, 2));
  }

  // Control: ACPI 6.5, 4.8.3.2

  @Test
  void sciEn_isAlwaysSet() {
    assertEquals(SCI_EN, machine.pio().read(PM1_CNT, 2));

    machine.pio().write(PM1_CNT, 2, 0);

    assertEquals(SCI_EN, machine.pio().read(PM1_CNT, 2));
  }

  @Test
  void slpEnWithTheTypeOfS5_switchesOff() {
    machine.pio().write(PM1_CNT, 2, 5 << 10);
    assertEquals(List.of(), machine.control().requests());

    machine.pio().write(PM1_CNT, 2, SLP_EN | 5 << 10);

    assertEquals(
        List.of(new Request(VmEvent.POWER_OFF, "ACPI PM1_CNT: SLP_EN with SLP_TYP 5 (S5)")),
        machine.control().requests());
  }

  @Test
  void slpEnInTheHighByteAlone_switchesOff() {
    machine.pio().write(PM1_CNT + 1, 1, (SLP_EN | 5 << 10) >> 8);

    assertEquals(1, machine.control().requests().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 6, 7})
  void otherSleepTypes_areIgnored_andLoggedOnce(int type) {
    machine.pio().write(PM1_CNT, 2, SLP_EN | type << 10);
    machine.pio().write(PM1_CNT, 2, SLP_EN | type << 10);

    assertEquals(List.of(), machine.control().requests());
    assertEquals(1, machine.log().messages().size());
    assertTrue(machine.log().messages().get(0).contains("SLP_TYP " + type));
  }

  @Test
  void slpEnAndGblRls_areWriteOnly_theRestReadsBack() {
    machine.pio().write(PM1_CNT, 2, 0xffff);

    assertEquals(0x1c03, machine.pio().read(PM1_CNT, 2));
  }

  @Test
  void writingTheLowControlByte_keepsTheSleepType() {
    machine.pio().write(PM1_CNT, 2, 5 << 10);
    machine.pio().write(PM1_CNT, 1, 0);

    assertEquals(5 << 10 | SCI_EN, machine.pio().read(PM1_CNT, 2));
    assertEquals(List.of(), machine.control().requests());
  }

  // The device as a whole

  @Test
  void options_moveBlocksAndInterrupt() {
    try (MockMachine other = MockMachine.with(provider(), Map.of("base", "0xb000", "irq", "20"))) {
      other.pio().write(0xb002, 2, TMR);
      other.clock().advance(CARRY);

      assertTrue(other.line(20).isHigh());
      assertEquals(0x8000_0000, other.pio().read(0xb008, 4));
    }
  }

  @Test
  void restoredTimer_goesOnWhereItWasSaved_whateverTheClockSays() {
    machine.pio().write(PM1_EN, 2, TMR);
    machine.clock().advance(CARRY - SECOND);
    MapState saved = MapState.of(machine.device());

    try (MockMachine other = MockMachine.with(provider())) {
      other.clock().advance(5 * SECOND);
      other.device().restore(saved);
      assertEquals(machine.pio().read(PM_TMR, 4), other.pio().read(PM_TMR, 4));

      other.clock().advance(SECOND);
      assertTrue(other.line(SCI).isHigh());
    }
  }

  @Test
  void statusThatIsDueButNotYetSeen_isSaved() {
    machine.clock().advance(CARRY);
    MapState saved = MapState.of(machine.device());

    try (MockMachine other = MockMachine.with(provider())) {
      other.device().restore(saved);

      assertEquals(TMR, other.pio().read(PM1_STS, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pm1_sts", "pm1_en", "pm1_cnt"})
  void savedBitsThatDoNotExist_areRefused(String register) {
    MapState forged = MapState.of(machine.device()).replace(register, 1 << 2);

    assertThrows(DeviceStateException.class, () -> machine.device().restore(forged));
  }
}
