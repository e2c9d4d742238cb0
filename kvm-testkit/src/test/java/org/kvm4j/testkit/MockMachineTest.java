package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.SampleDevice.CONTROL;
import static org.kvm4j.testkit.SampleDevice.CONTROL_IRQ;
import static org.kvm4j.testkit.SampleDevice.CONTROL_TIMER;
import static org.kvm4j.testkit.SampleDevice.DATA;
import static org.kvm4j.testkit.SampleDevice.PERIOD_NANOS;
import static org.kvm4j.testkit.SampleDevice.TICKS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.VmEvent;

class MockMachineTest {

  private static final int BASE = 0x500;
  private static final int IRQ = 5;

  @Test
  void input_raisesTheLine_untilTheGuestReadsIt() {
    MockMachine machine = MockMachine.with(new SampleProvider());
    machine.pio().writeByte(BASE + CONTROL, CONTROL_IRQ);

    machine.stream().send("x");
    assertTrue(machine.line(IRQ).isHigh());

    assertEquals('x', machine.pio().readByte(BASE + DATA));
    assertFalse(machine.line(IRQ).isHigh());
  }

  @Test
  void timers_runWithTheMachinesClock() {
    MockMachine machine = MockMachine.with(new SampleProvider());
    machine.pio().writeByte(BASE + CONTROL, CONTROL_TIMER);

    machine.clock().advance(3 * PERIOD_NANOS);

    assertEquals(3, machine.pio().readByte(BASE + TICKS));
  }

  @Test
  void options_areParsed_andWrongOnesRefused() {
    MockMachine machine = MockMachine.with(new SampleProvider(), Map.of("base", "0x600"));
    assertEquals(0, machine.pio().readByte(0x600 + TICKS));

    SampleProvider provider = new SampleProvider();
    assertThrows(
        DeviceConfigurationException.class, () -> MockMachine.with(provider, Map.of("irq", "24")));
    assertThrows(
        DeviceConfigurationException.class, () -> MockMachine.with(provider, Map.of("iqr", "4")));
  }

  @Test
  void severalDevices_shareLines_andHaveNamesOfTheirOwn() {
    MockMachine machine = twoSamples();
    machine.pio().writeByte(BASE + CONTROL, CONTROL_IRQ);
    machine.pio().writeByte(0x600 + CONTROL, CONTROL_IRQ);
    machine.stream("sample").send("a");
    machine.stream("sample-2").send("b");

    machine.pio().readByte(BASE + DATA);
    assertTrue(machine.line(IRQ).isHigh());
    machine.pio().readByte(0x600 + DATA);
    assertFalse(machine.line(IRQ).isHigh());

    assertEquals("sample-2", twoSamples().log("sample-2").getName().replaceFirst(".*\\.", ""));
  }

  @Test
  void askingForTheOnlyOne_namesTheCandidates_whenThereAreSeveral() {
    MockMachine machine = twoSamples();

    String message = assertThrows(IllegalStateException.class, machine::stream).getMessage();
    assertTrue(message.contains("sample memory, sample-2 memory"), message);
    assertThrows(IllegalStateException.class, machine::device);
    assertThrows(IllegalStateException.class, () -> machine.device("sample-3"));
    assertThrows(IllegalStateException.class, () -> machine.stream("memory"));
    assertNotSame(machine.device("sample"), machine.device("sample-2"));
    assertSame(machine.stream("sample"), machine.stream("sample memory"));
  }

  @Test
  void sameRangesTwice_conflict_namingBothDevices() {
    MockMachine machine = MockMachine.with(new SampleProvider());

    String message =
        assertThrows(DeviceConflictException.class, () -> machine.add(new SampleProvider()))
            .getMessage();

    assertEquals(
        "device sample-2 (under test) wants ports 0x500-0x503, but device sample (under test) has"
            + " ports 0x500-0x503. Give sample-2 base=0x504, which is free.",
        message);
  }

  @Test
  void registeringAfterCreate_isRefused() {
    DeviceContext[] kept = new DeviceContext[1];
    MockMachine.with(new ScriptedProvider(context -> kept[0] = context));

    assertThrows(IllegalStateException.class, () -> kept[0].pio().register(0, 1, new ZeroPort()));
    assertThrows(IllegalStateException.class, () -> kept[0].mmio().register(0, 1, null));
  }

  @Test
  void unknownGsiOrStream_isRefused() {
    MockMachine machine = new MockMachine();

    assertThrows(
        DeviceConfigurationException.class,
        () -> machine.add(new ScriptedProvider(context -> context.interruptLine(24))));
    assertThrows(
        DeviceConfigurationException.class,
        () -> machine.add(new ScriptedProvider(context -> context.stream("tcp:80"))));
    assertThrows(DeviceConfigurationException.class, () -> machine.line(-1));
  }

  @Test
  void throwingHandler_isAFault_namingDeviceAndPlace() {
    MockMachine machine = MockMachine.with(new SampleProvider(Flaw.THROWS_ON_A_VALUE));

    DeviceFaultException e =
        assertThrows(
            DeviceFaultException.class, () -> machine.pio().writeByte(BASE + CONTROL, 0x40));

    assertTrue(e.getMessage().contains("sample"), e.getMessage());
    assertTrue(e.getMessage().contains("port 0x500 + 0x1"), e.getMessage());
    assertTrue(e.getCause() instanceof ArithmeticException);
  }

  @Test
  void throwingTimerTask_isAFault() {
    MockMachine machine =
        MockMachine.with(
            new ScriptedProvider(
                context ->
                    context
                        .timer(
                            () -> {
                              throw new ArithmeticException();
                            })
                        .arm(1)));

    assertThrows(DeviceFaultException.class, () -> machine.clock().advance(1));
  }

  @Test
  void deviceLock_isHeldAroundHandlers_timers_andCallbacks() throws Exception {
    LockProbe probe = new LockProbe();
    MockMachine machine = MockMachine.with(new ScriptedProvider(probe::install));

    machine.pio().readByte(0x10);
    machine.clock().advance(1);
    machine.stream().send("x");

    assertEquals(List.of(true, true, true), probe.othersWereKeptOut);
    assertEquals(0x77, probe.readFromOtherThread().get(30, TimeUnit.SECONDS));
  }

  @Test
  void reset_resetsEveryDevice() {
    MockMachine machine = twoSamples();
    machine.pio().writeByte(BASE + CONTROL, CONTROL_IRQ);
    machine.pio().writeByte(0x600 + CONTROL, CONTROL_IRQ);

    machine.reset();

    assertEquals(0, machine.pio().readByte(BASE + CONTROL));
    assertEquals(0, machine.pio().readByte(0x600 + CONTROL));
  }

  @Test
  void closing_takesRangesLinesAndTimersAway() {
    MockMachine machine = MockMachine.with(new SampleProvider());
    machine.pio().writeByte(BASE + CONTROL, CONTROL_IRQ | CONTROL_TIMER);
    machine.stream().send("x");
    MapState atClose = MapState.of(machine.device());

    machine.close();
    machine.close();
    machine.clock().advance(PERIOD_NANOS);
    machine.stream().send("y");

    assertFalse(machine.line(IRQ).isHigh());
    assertEquals(0xff, machine.pio().readByte(BASE + CONTROL));
    assertEquals(List.of(), atClose.differences(MapState.of(machine.device())));
    assertThrows(IllegalStateException.class, () -> machine.memory().readByte(0));
  }

  @Test
  void controlLogAndMemory_areTheMachines() {
    MockMachine machine =
        MockMachine.with(
            new ScriptedProvider(
                context -> {
                  context.control().request(VmEvent.RESET, "test");
                  context.control().exit(33, "test");
                  context.log().log(System.Logger.Level.WARNING, "{0} left", 3);
                  context.memory().writeByte(7, 9);
                }));

    assertEquals(
        List.of(new RecordingControl.Request(VmEvent.RESET, "test")), machine.control().requests());
    assertEquals(List.of(new RecordingControl.Exit(33, "test")), machine.control().exits());
    assertEquals(List.of("WARNING: 3 left"), machine.log().messages());
    assertEquals(9, machine.memory().readByte(7));
  }

  private static MockMachine twoSamples() {
    MockMachine machine = new MockMachine();
    machine.add(new SampleProvider());
    machine.add(new SampleProvider(), Map.of("base", "0x600"));
    return machine;
  }

  private static final class ZeroPort implements PioHandler {
    @Override
    public int read(int offset, int size) {
      return 0;
    }

    @Override
    public void write(int offset, int size, int value) {}
  }

  /** A device that tries, in each call, to enter itself from a second thread. */
  private static final class LockProbe implements PioHandler {

    private final List<Boolean> othersWereKeptOut = new ArrayList<>();
    private DeviceContext context;
    private boolean inside;

    void install(DeviceContext context) {
      this.context = context;
      context.pio().register(0x10, 2, this);
      context.timer(this::probe).arm(1);
      context.stream("memory").onReady(this::probe);
    }

    @Override
    public int read(int offset, int size) {
      if (offset == 0) {
        probe();
      }
      return inside ? 0x66 : 0x77;
    }

    @Override
    public void write(int offset, int size, int value) {}

    FutureTask<Integer> readFromOtherThread() {
      FutureTask<Integer> read = new FutureTask<>(() -> context.pio().read(0x11, 1));
      Thread thread = new Thread(read, "vcpu");
      thread.setDaemon(true);
      thread.start();
      return read;
    }

    private void probe() {
      inside = true;
      Thread other = new Thread(() -> context.pio().read(0x11, 1), "vcpu");
      other.setDaemon(true);
      other.start();
      // The other thread can only come to wait here if the lock is held; else it ends.
      while (other.isAlive() && other.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      othersWereKeptOut.add(other.isAlive());
      inside = false;
    }
  }
}
