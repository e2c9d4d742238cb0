package org.kvm4j.core.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.R15;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RBX;
import static org.kvm4j.testkit.guest.Register.RDI;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.testkit.Edge;
import org.kvm4j.testkit.Guest;
import org.kvm4j.testkit.GuestTest;
import org.kvm4j.testkit.SoftwareKvm;

/** The kit's guests on a real KVM, with a device that is made for them. */
final class GuestTestIT {

  private static final int BASE = 0xd000_0000;
  private static final int TEMPERATURE = BASE + Thermometer.TEMPERATURE;
  private static final int LIMIT = BASE + Thermometer.LIMIT;
  private static final int STATUS = BASE + Thermometer.STATUS;
  private static final int PERIOD_MICROS = BASE + Thermometer.PERIOD_MICROS;
  private static final int LOG_ADDRESS = BASE + Thermometer.LOG_ADDRESS;
  private static final int RESULT = 0x2000;
  private static final int COUNT = 0x2008;

  @GuestTest(ThermometerProvider.class)
  void registers_areReadByTheGuest(Guest guest) {
    guest.run(code -> code.load32(RAX, TEMPERATURE).mov(RBX, TEMPERATURE).load8(R15, RBX, 0));

    assertEquals(Thermometer.DEGREES, guest.register(RAX));
    assertEquals(Thermometer.DEGREES, guest.register(R15));
  }

  @GuestTest(
      value = ThermometerProvider.class,
      options = {"base=0xe0000000", "irq=11"})
  void options_reachTheDevice(Guest guest) {
    guest.run(
        code ->
            code.onInterrupt(11, handler -> handler.load32(RAX, 0xe000_0000).store32(RESULT, RAX))
                .store32(0xe000_0000 + Thermometer.LIMIT, 20));

    assertEquals(Thermometer.DEGREES, guest.memory().readInt(RESULT));
    assertEquals(List.of(new Edge(0, true)), guest.machine().line(11).edgeLog());
  }

  @GuestTest(ThermometerProvider.class)
  void interrupt_leavesTheRegistersOfWhatItInterrupts(Guest guest) {
    guest.run(
        code ->
            code.onInterrupt(5, handler -> handler.mov(RAX, 1).mov(R15, 2).inc32(COUNT))
                .mov(RAX, 17)
                .mov(R15, -1L)
                .store32(LIMIT, 20));

    assertEquals(17, guest.register(RAX));
    assertEquals(-1L, guest.register(R15));
    assertEquals(1, guest.memory().readInt(COUNT));
  }

  @GuestTest(ThermometerProvider.class)
  void haltedGuest_isWokenByTheTimer_whenTheTestLetsTimePass(Guest guest) {
    guest.run(
        code ->
            code.onInterrupt(5, handler -> handler.inc32(COUNT))
                .store32(PERIOD_MICROS, 100)
                .halt()
                .store32(RESULT, 1));
    assertEquals(0, guest.memory().readInt(COUNT));

    guest.machine().clock().advance(100_000);
    assertEquals(0, guest.memory().readInt(RESULT));
    guest.resume();
    assertEquals(1, guest.memory().readInt(RESULT));

    for (int tick = 2; tick <= 20; tick++) {
      guest.machine().clock().advance(100_000);
      guest.resume();
      assertEquals(tick, guest.memory().readInt(COUNT));
    }
  }

  @GuestTest(ThermometerProvider.class)
  void interruptThatWaits_comesAtOnce_whenItHasAHandler(Guest guest) {
    guest.run(code -> code.store32(LIMIT, 20));
    assertTrue(guest.machine().line(5).isHigh());

    guest.run(code -> code.onInterrupt(5, handler -> handler.inc32(COUNT)));

    assertEquals(1, guest.memory().readInt(COUNT));
    assertEquals(1, guest.machine().line(5).risingEdges());
  }

  @GuestTest(value = ThermometerProvider.class, options = "irq=20")
  void levelTriggeredInterrupt_endsWhenTheHandlerClearsIt(Guest guest) {
    SoftwareKvm.skip("an interrupt that waits comes with the next exit, here after the last");
    guest.run(
        code ->
            code.onInterrupt(
                    20,
                    handler ->
                        handler
                            .inc32(COUNT)
                            .cmp32(COUNT, 3)
                            .jb("not yet")
                            .store32(STATUS, 0)
                            .label("not yet"))
                .store32(LIMIT, 20));

    assertEquals(3, guest.memory().readInt(COUNT));
    assertFalse(guest.machine().line(20).isHigh());
  }

  @GuestTest(ThermometerProvider.class)
  void deviceAndGuest_shareOneMemory(Guest guest) {
    guest.run(
        code ->
            code.mov(RAX, 0x0123_4567_89ab_cdefL)
                .store64(RESULT, RAX)
                .store32(LOG_ADDRESS, RESULT)
                .load64(RBX, RESULT));

    assertEquals(~0x0123_4567_89ab_cdefL, guest.register(RBX));
    assertEquals(~0x0123_4567_89ab_cdefL, guest.memory().readLong(RESULT));
  }

  @GuestTest(ThermometerProvider.class)
  void ports_workInAllSizes_andAsStrings(Guest guest) {
    StringBuilder written = new StringBuilder();
    guest.machine().pio().register(0x510, 4, new Echo(written));
    guest.memory().write(RESULT, "hello".getBytes(StandardCharsets.US_ASCII));

    guest.run(
        code ->
            code.out8(0x510, 1)
                .out16(0x510, 2)
                .out32(0x510, 3)
                .repOutsb(0x510, RESULT, 5)
                .repInsb(COUNT, 0x510, 4)
                .in32(RBX, 0x510));

    assertEquals("1:1 2:2 4:3 1:68 1:65 1:6c 1:6c 1:6f ", written.toString());
    assertEquals(0x5151_5151, guest.memory().readInt(COUNT));
    assertEquals(0x5154, guest.register(RBX));
  }

  @GuestTest(ThermometerProvider.class)
  void subroutinesAndLoops_work(Guest guest) {
    guest.run(
        code ->
            code.mov(RBX, 0)
                .label("again")
                .call("addTwo")
                .cmp(RBX, 10)
                .jnz("again")
                .jmp("done")
                .label("addTwo")
                .push(RDI)
                .mov(RDI, 2)
                .add(RBX, RDI)
                .pop(RDI)
                .ret()
                .label("done"));

    assertEquals(10, guest.register(RBX));
    assertEquals(0, guest.register(RDI));
  }

  @GuestTest(ThermometerProvider.class)
  void exception_failsTheTest_withItsNameAndPlace(Guest guest) {
    AssertionError e =
        assertThrows(AssertionError.class, () -> guest.run(code -> code.bytes(0x0f, 0x0b)));

    assertTrue(
        e.getMessage().startsWith("The guest raised #UD at 0x100000, where the code is 0f 0b "),
        e::getMessage);
  }

  @GuestTest(ThermometerProvider.class)
  void accessBeyond4GiB_isAPageFault_withItsErrorCode(Guest guest) {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> guest.run(code -> code.mov(RBX, 1L << 32).store32(RBX, 0, RAX)));

    assertTrue(
        e.getMessage().startsWith("The guest raised #PF, error code 0x2, at 0x10000a"),
        e::getMessage);
  }

  @GuestTest(ThermometerProvider.class)
  void deviceThatThrows_failsTheTest_asOnTheMockMachine(Guest guest) {
    DeviceFaultException e =
        assertThrows(
            DeviceFaultException.class,
            () -> guest.run(code -> code.store32(BASE + Thermometer.BROKEN, 7)));

    assertTrue(e.getMessage().contains("writing 0x7, 4 bytes"), e::getMessage);
    assertThrows(IllegalStateException.class, guest::resume);
  }

  @GuestTest(value = ThermometerProvider.class, haltWithinSeconds = 1)
  void endlessLoop_failsTheTest_withRegistersAndCode(Guest guest) {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> guest.run(code -> code.mov(RBX, 0x1234).label("spin").jmp("spin")));

    assertTrue(e.getMessage().startsWith("The guest did not halt within 1 s"), e::getMessage);
    assertTrue(e.getMessage().contains("rbx 0000000000001234"), e::getMessage);
    assertTrue(e.getMessage().contains("code at rip: e9 fb ff ff ff"), e::getMessage);
  }

  @GuestTest(value = ThermometerProvider.class, haltWithinSeconds = 1)
  void guestThatNoInterruptWakes_failsTheTest_withTheReason(Guest guest) {
    guest.run(code -> code.onInterrupt(5, handler -> handler.inc32(COUNT)));

    AssertionError e = assertThrows(AssertionError.class, guest::resume);

    assertTrue(
        e.getMessage().startsWith("The guest sleeps, and no interrupt came for 1 s"),
        e::getMessage);
    guest.run(code -> code.mov(RAX, 3)); // and can be started anew
    assertEquals(3, guest.register(RAX));
  }

  @GuestTest(value = ThermometerProvider.class, haltWithinSeconds = 1)
  void handlerThatNeverReturns_failsTheTest_withTheDevicesStack(Guest guest) {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> guest.run(code -> code.store32(BASE + Thermometer.STUCK, 0)));

    assertTrue(
        Stream.of(e.getStackTrace())
            .anyMatch(frame -> frame.getClassName().equals(Thermometer.class.getName())),
        e::toString);
  }

  @GuestTest(ThermometerProvider.class)
  void portsOfTheKit_areRefusedToDevices(Guest guest) {
    DeviceConflictException e =
        assertThrows(
            DeviceConflictException.class,
            () -> guest.machine().pio().register(0xf4, 1, new Echo(new StringBuilder())));

    assertTrue(e.getMessage().contains("The kit's guest has port 0xf4-0xf5"), e::getMessage);
  }

  private record Echo(StringBuilder written) implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return 0x5150 + size;
    }

    @Override
    public void write(int offset, int size, int value) {
      written.append(size).append(':').append(Integer.toHexString(value)).append(' ');
    }
  }
}
