package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_DLL;
import static org.kvm4j.devices.serial.SerialReg.UART_DLM;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_14;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_4;
import static org.kvm4j.devices.serial.SerialReg.UART_FCR_TRIGGER_8;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_FIFO_ENABLED;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_MSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RDI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RLSI;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_RX_TIMEOUT;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_DLAB;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_PARITY;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_SBC;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN7;
import static org.kvm4j.devices.serial.SerialReg.UART_LCR_WLEN8;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_BI;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_DR;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_FIFOE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_OE;
import static org.kvm4j.devices.serial.SerialReg.UART_LSR_THRE;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_LOOP;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_RTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_CTS;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DDCD;
import static org.kvm4j.devices.serial.SerialReg.UART_MSR_DDSR;
import static org.kvm4j.devices.serial.SerialReg.UART_RX;
import static org.kvm4j.devices.serial.SerialReg.UART_SCR;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.testkit.MapState;

/** Saving, restoring, and states that no chip could be in. */
class SerialStateTest {

  private final SerialPort port = new SerialPort();
  private final SerialPort restored = new SerialPort();

  @AfterEach
  void close() {
    port.close();
    restored.close();
  }

  @Test
  void registers_areRestored() {
    port.out(UART_LCR, UART_LCR_WLEN7 | UART_LCR_PARITY);
    port.setDivisor(0x1234);
    port.enableFifo(UART_FCR_TRIGGER_14);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_RTS);
    port.out(UART_SCR, 0x5a);
    port.out(UART_IER, UART_IER_MSI);

    restored.device().restore(port.save());

    assertEquals(UART_IER_MSI, restored.in(UART_IER));
    assertEquals(UART_IIR_FIFO_ENABLED | UART_IIR_MSI, restored.in(UART_IIR));
    assertEquals(UART_LCR_WLEN7 | UART_LCR_PARITY, restored.in(UART_LCR));
    assertEquals(UART_MCR_LOOP | UART_MCR_RTS, restored.in(UART_MCR));
    assertEquals(UART_MSR_CTS | UART_MSR_DDCD | UART_MSR_DDSR, restored.in(UART_MSR));
    assertEquals(0x5a, restored.in(UART_SCR));
    restored.out(UART_LCR, UART_LCR_DLAB);
    assertEquals(0x34, restored.in(UART_DLL));
    assertEquals(0x12, restored.in(UART_DLM));
  }

  @Test
  void receivedCharacters_areRestored_withTriggerLevelAndErrors() {
    fillReceiverWithBreak();
    restored.device().restore(port.save());

    assertTrue(restored.line().isHigh());
    assertEquals(UART_IIR_RDI, restored.interruptId());
    assertEquals(UART_LSR_FIFOE, restored.in(UART_LSR) & UART_LSR_FIFOE);
    "abc".chars().forEach(c -> assertEquals(c, restored.in(UART_RX)));
    assertEquals(UART_IIR_RLSI, restored.interruptId());
    assertEquals(UART_LSR_BI, restored.in(UART_LSR) & UART_LSR_BI);
    assertEquals("\0", restored.readText());
  }

  @Test
  void errorsInLsr_areRestored() {
    port.out(UART_MCR, UART_MCR_LOOP);
    port.out(UART_TX, 'a');
    port.out(UART_TX, 'b');

    restored.device().restore(port.save());

    assertEquals(UART_LSR_OE, restored.in(UART_LSR) & UART_LSR_OE);
  }

  @Test
  void waitingOutput_isRestored_andGoesOut() {
    port.enableFifo(0);
    port.host().setRoom(0);
    "abc".chars().forEach(c -> port.out(UART_TX, c));

    restored.device().restore(port.save());

    assertEquals("abc", restored.host().received());
    assertEquals(UART_LSR_THRE, restored.in(UART_LSR) & UART_LSR_THRE);
  }

  @Test
  void waitingOutput_isRestored_andWaitsForTheHost() {
    port.enableFifo(0);
    port.host().setRoom(0);
    "abc".chars().forEach(c -> port.out(UART_TX, c));
    restored.host().setRoom(0);

    restored.device().restore(port.save());
    assertEquals(0, restored.in(UART_LSR) & UART_LSR_THRE);

    restored.host().setRoom(100);
    assertEquals("abc", restored.host().received());
  }

  @Test
  void hostInput_isTaken_afterRestore() {
    restored.enableFifo(0);
    restored.host().send("0123456789abcdefgh");

    restored.device().restore(port.save());

    assertEquals("gh", restored.readText());
    restored.host().send("new");
    assertEquals("new", restored.readText());
  }

  @Test
  void clearedThre_staysCleared() {
    port.out(UART_MCR, UART_MCR_OUT2);
    port.out(UART_IER, UART_IER_THRI);
    port.in(UART_IIR);

    restored.device().restore(port.save());

    assertFalse(restored.line().isHigh());
    assertEquals(UART_IIR_NO_INT, restored.interruptId());
  }

  @Test
  void pendingThre_staysPending() {
    port.out(UART_MCR, UART_MCR_OUT2);
    port.out(UART_IER, UART_IER_THRI);

    restored.device().restore(port.save());

    assertTrue(restored.line().isHigh());
    assertEquals(UART_IIR_THRI, restored.interruptId());
  }

  @Test
  void timeout_goesOnWithTheTimeLeft() {
    startTimeout();
    port.clock().advance(4_000_000);
    restored.clock().advance(123);

    restored.device().restore(port.save());

    restored.clock().advance(166_663);
    assertFalse(restored.line().isHigh());
    restored.clock().advance(1);
    assertTrue(restored.line().isHigh());
    assertEquals(UART_IIR_RX_TIMEOUT, restored.interruptId());
  }

  @Test
  void pendingTimeout_isRestored() {
    startTimeout();
    port.clock().advance(5_000_000);

    restored.device().restore(port.save());

    assertTrue(restored.line().isHigh());
    assertEquals(UART_IIR_RX_TIMEOUT, restored.interruptId());
    assertEquals(0, restored.clock().armedTimers());
  }

  /** Changes to the state of {@link #fillReceiverWithBreak}, each of which is impossible. */
  static Stream<Named<UnaryOperator<MapState>>> damages() {
    return Stream.of(
        damage("IER bit 4", s -> s.replace("ier", 0x10)),
        damage("FCR bit 1", s -> s.replace("fcr", 0x43)),
        damage("trigger level without FIFOs", SerialStateTest::triggerWithoutFifos),
        damage("16450 mode with four characters", s -> s.replace("fcr", 0)),
        damage("LCR of nine bits", s -> s.replace("lcr", 0x100)),
        damage("divisor of 17 bits", s -> s.replace("divisor", 0x10000)),
        damage("MCR bit 5", s -> s.replace("mcr", 0x20)),
        damage("MSR delta bit 4", s -> s.replace("msrDeltas", 0x10)),
        damage("negative SCR", s -> s.replace("scr", -1)),
        damage("DR as an error", s -> s.replace("lsrErrors", UART_LSR_DR)),
        damage("17 characters", s -> s.replace("rxData", new byte[17])),
        damage("17 characters to send", s -> s.replace("txData", new byte[17])),
        damage("fewer errors than characters", s -> s.replace("rxErrors", new byte[3])),
        damage("error of the first", s -> s.replace("rxErrors", new byte[] {8, 0, 0, 0})),
        damage("unknown error", s -> s.replace("rxErrors", new byte[] {0, 0, 0, 2})),
        damage("negative error", s -> s.replace("rxErrors", new byte[] {0, 0, 0, -1})),
        damage("THRE with output waiting", s -> s.replace("txData", new byte[1])),
        damage("time-out running and over", s -> s.replace("timedOut", true)),
        damage("no time-out", s -> s.replace("timeoutNanos", -1L)),
        damage("time-out before -1", s -> s.replace("timeoutNanos", -2L)),
        damage("time-out of a year", s -> s.replace("timeoutNanos", 31_536_000_000_000_000L)),
        damage("time-out without characters", SerialStateTest::withoutCharacters),
        damage("time-out over without characters", SerialStateTest::overWithoutCharacters));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void damagedState_isRefused_andChangesNothing(UnaryOperator<MapState> damage) {
    fillReceiverWithBreak();
    MapState damaged = damage.apply(port.save());
    restored.out(UART_SCR, 0x5a);
    MapState before = restored.save();

    assertThrows(DeviceStateException.class, () -> restored.device().restore(damaged));

    assertEquals(before, restored.save());
  }

  @Test
  void undamagedState_isAccepted() {
    fillReceiverWithBreak();

    restored.device().restore(port.save());

    assertEquals(port.save(), restored.save());
  }

  /** FIFO mode, trigger level 4: "abc" and a break; THRE pending; time-out running. */
  private void fillReceiverWithBreak() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.enableFifo(UART_FCR_TRIGGER_4);
    port.out(UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2);
    port.out(UART_IER, UART_IER_RDI | UART_IER_RLSI);
    "abc".chars().forEach(c -> port.out(UART_TX, c));
    port.out(UART_LCR, UART_LCR_WLEN8 | UART_LCR_SBC);
  }

  /** One character at 9600 baud: 4,166,664 ns to go. */
  private void startTimeout() {
    port.out(UART_LCR, UART_LCR_WLEN8);
    port.out(UART_MCR, UART_MCR_OUT2);
    port.enableFifo(UART_FCR_TRIGGER_8);
    port.out(UART_IER, UART_IER_RDI);
    port.host().send("x");
  }

  private static MapState withoutCharacters(MapState state) {
    return state.replace("rxData", new byte[0]).replace("rxErrors", new byte[0]);
  }

  private static MapState triggerWithoutFifos(MapState state) {
    return withoutCharacters(state).replace("timeoutNanos", -1L).replace("fcr", 0x40);
  }

  private static MapState overWithoutCharacters(MapState state) {
    return withoutCharacters(state).replace("timedOut", true).replace("timeoutNanos", -1L);
  }

  private static Named<UnaryOperator<MapState>> damage(String name, UnaryOperator<MapState> how) {
    return Named.of(name, how);
  }
}
