package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.testkit.RequiresKvm;

/** Each way in which a machine ends, on a real KVM. */
@RequiresKvm
@Timeout(60)
final class MachineEndIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void sleepTypeS5_isPowerOff() throws InterruptedException {
    MachineEnd end = TestMachine.run(new GuestCode().powerOff());

    assertEquals(MachineEnd.Kind.POWER_OFF, end.kind());
    assertEquals("ACPI PM1_CNT: SLP_EN with SLP_TYP 5 (S5)", end.cause());
  }

  private static MachineEnd runToReset(GuestCode code) throws InterruptedException {
    RunOptions once = RunOptions.STANDARD.withOnReset(ResetPolicy.STOP);
    try (TestMachine machine = new TestMachine(TestMachine.pc(code).withRun(once))) {
      return machine.run();
    }
  }

  @Test
  void resetControlRegister_isReset() throws InterruptedException {
    GuestCode code = new GuestCode().out8(0xcf9, 0x02).out8(0xcf9, 0x06);

    MachineEnd end = runToReset(code.label("spin").jmp("spin"));

    assertEquals(MachineEnd.Kind.RESET, end.kind());
    assertEquals("reset control register 0xcf9 = 0x06", end.cause());
  }

  @Test
  void keyboardControllersResetLine_isReset() throws InterruptedException {
    MachineEnd end = runToReset(new GuestCode().out8(0x64, 0xfe).label("spin").jmp("spin"));

    assertEquals(MachineEnd.Kind.RESET, end.kind());
    assertEquals("i8042 command 0xfe", end.cause());
  }

  @Test
  void pvpanic_isGuestPanic() throws InterruptedException {
    MachineEnd end = TestMachine.run(new GuestCode().out8(0x505, 0x01).cli().hlt());

    assertEquals(MachineEnd.Kind.GUEST_PANIC, end.kind());
  }

  @Test
  void debugExit_hasTheStatusThatTheGuestChose() throws InterruptedException {
    GuestCode code = new GuestCode().out8(0xf4, 0x10).label("spin").jmp("spin");
    MachineConfig pc = TestMachine.pc(code);
    List<DeviceRequest> added = List.of(DeviceRequest.parse("debug-exit,base=0xf4"));

    try (TestMachine machine =
        new TestMachine(pc.withDevices(DeviceRequest.merge(pc.devices(), added)))) {
      MachineEnd end = machine.run();

      assertEquals(MachineEnd.Kind.DEBUG_EXIT, end.kind());
      assertEquals(OptionalInt.of(33), end.status());
    }
  }

  /**
   * What the registers are then is not for a test of every KVM: on AMD, KVM resets the vCPU before
   * it says so.
   */
  @Test
  void exceptionWithoutAnIdt_isTripleFault_withTheRegisters() throws InterruptedException {
    MachineEnd end = TestMachine.run(new GuestCode().mov(RAX, 0x1234_5678_9abcL).ud2());

    assertEquals(MachineEnd.Kind.TRIPLE_FAULT, end.kind());
    assertTrue(end.cause().startsWith("vCPU 0 stopped with KVM_EXIT_SHUTDOWN"), end::cause);
    assertTrue(end.cause().matches("(?s).*\\brip [0-9a-f]{16}\\b.*"), end::cause);
    assertTrue(end.cause().contains("code at rip: "), end::cause);
  }

  @Test
  void deviceThatThrows_isFailed_andHarmsNoOther() throws InterruptedException {
    GuestCode code = new GuestCode().print("before").in8(RAX, ProbeDevice.PORT);
    code.store8(GuestCode.FREE, RAX).label("spin").jmp("spin");
    ProbeDevice faulty = ProbeDevice.faulty();
    MachineConfig pc = TestMachine.pc(code);
    MachineConfig config =
        pc.withDevices(DeviceRequest.merge(pc.devices(), List.of(DeviceRequest.of("probe"))));

    try (TestMachine machine = new TestMachine(config, faulty)) {
      MachineEnd end = machine.run();

      assertEquals(MachineEnd.Kind.FAILED, end.kind());
      assertInstanceOf(DeviceFaultException.class, end.failure().orElseThrow());
      assertEquals(
          "Device probe failed in a read of port 0x200, size 1:"
              + " java.lang.IllegalStateException: a bug. This is a bug in the device; report it"
              + " to its author.",
          end.cause());
      assertEquals("before", machine.serial().received());
    }
    assertTrue(faulty.isClosed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"spins", "halts"})
  void stop_endsAGuestThat(String doing) throws InterruptedException {
    GuestCode code = new GuestCode().print("up").label("loop");
    if (doing.equals("halts")) {
      code.sti().hlt(); // with interrupts off it would end by itself
    }
    code.jmp("loop");

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      machine.machine().start();
      assertTrue(machine.serial().awaitText("up", PATIENCE));
      machine.machine().stop("the test is over");

      assertEquals(
          MachineEnd.of(MachineEnd.Kind.STOPPED, "the test is over"), machine.machine().await());
    }
  }
}
