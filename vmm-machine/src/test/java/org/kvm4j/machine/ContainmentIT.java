package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.testkit.RequiresKvm;

/** Guests whose devices fail, are replaced, or have another clock than the host. */
@RequiresKvm
@Timeout(60)
final class ContainmentIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final RunOptions FENCE = RunOptions.STANDARD.withOnDeviceFault(FaultPolicy.FENCE);

  private static TestMachine machine(GuestCode code, RunOptions run, ProbeDevice probe) {
    MachineConfig pc = TestMachine.pc(code);
    List<DeviceRequest> devices =
        DeviceRequest.merge(pc.devices(), List.of(DeviceRequest.of("probe")));
    return new TestMachine(pc.withDevices(devices).withRun(run), probe);
  }

  /** Reads the device until that gives a value, says so, and switches the machine off. */
  private static GuestCode waitFor(int value) {
    return new GuestCode()
        .print("> ")
        .label("again")
        .in8(RAX, ProbeDevice.PORT)
        .cmp(RAX, value)
        .jnz("again")
        .print("seen")
        .powerOff();
  }

  @Test
  void aGuestGoesOn_whenADeviceThrows_andIsFenced() throws InterruptedException {
    try (TestMachine machine = machine(waitFor(0xff), FENCE, ProbeDevice.faulty())) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals("> seen", machine.serial().received());
    }
  }

  @Test
  void aGuestGoesOn_whenADeviceBlocks_forLongerThanItsBudget() throws InterruptedException {
    Consumer<DeviceContext> block =
        context -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
          }
        };
    RunOptions shortOfTime = FENCE.withDeviceBudget(Duration.ofMillis(200));
    try (TestMachine machine = machine(waitFor(0xff), shortOfTime, ProbeDevice.onAccess(block))) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals("> seen", machine.serial().received());
    }
  }

  @Test
  void aDevice_isReplacedUnderARunningGuest() throws InterruptedException {
    try (TestMachine machine =
        machine(waitFor(7), RunOptions.STANDARD, ProbeDevice.onAccess(context -> {}))) {
      machine.machine().start();
      assertTrue(machine.serial().awaitText("> ", PATIENCE));

      List<Replacement> done =
          machine.machine().replaceDevices(DeviceType.builtIn(ProbeDevice.answering(7)));

      assertTrue(done.get(0).done(), done::toString);
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.machine().await().kind());
      assertEquals("> seen", machine.serial().received());
    }
  }

  @Test
  void aPausedGuest_goesOnWhereItWas() throws InterruptedException {
    ProbeDevice[] probe = {ProbeDevice.answering(0)};
    try (TestMachine machine = machine(waitFor(7), RunOptions.STANDARD, probe[0])) {
      machine.machine().start();
      assertTrue(machine.serial().awaitText("> ", PATIENCE));

      machine.machine().pause();
      long standing = machine.machine().clock().nanoTime();
      probe[0].answer(7);
      assertEquals(standing, machine.machine().clock().nanoTime());
      machine.machine().resume();

      assertEquals(MachineEnd.Kind.POWER_OFF, machine.machine().await().kind());
    }
  }

  /** The timer's interrupts come when somebody moves the clock, and not before. */
  @Test
  void aClockMovedByHand_movesTheGuestsTimer() throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .loadIdt(0, "tick")
            .initPics(0)
            .startTimer(11932)
            .print("> ")
            .sti()
            .label("idle")
            .hlt()
            .jmp("idle")
            .handler("tick")
            .print("t")
            .cmp32(GuestCode.FREE, 2)
            .jz("done")
            .inc32(GuestCode.FREE)
            .endOfInterrupt()
            .label("done")
            .powerOff();
    MachineConfig config = TestMachine.pc(code).withRun(RunOptions.STANDARD.withClockRate(0));
    try (TestMachine machine = new TestMachine(config)) {
      machine.machine().start();
      assertTrue(machine.serial().awaitText("> ", PATIENCE));
      for (String ticks : List.of("> t", "> tt", "> ttt")) {
        machine.machine().stepClock(Duration.ofMillis(10).plusNanos(1000));
        assertTrue(machine.serial().awaitText(ticks, PATIENCE), machine.serial()::received);
      }
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.machine().await().kind());
      assertEquals("> ttt", machine.serial().received());
    }
  }
}
