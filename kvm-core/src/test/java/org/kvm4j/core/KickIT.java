package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.testkit.RequiresKvm;

/** Getting a real vCPU out of KVM_RUN. */
@RequiresKvm
final class KickIT {

  private static final int KICKS = 500;

  @Test
  void everyKick_ofASpinningVcpu_makesItReturn() throws Exception {
    try (Guest guest = Guest.bare()) {
      kickManyTimes(
          guest.boot(
              Mode.REAL,
              """
              eb fe ; spin: jmp spin
              """));
    }
  }

  @Test
  void everyKick_ofAHaltedVcpu_makesItReturn() throws Exception {
    try (Guest guest = Guest.withIrqchip()) {
      kickManyTimes(
          guest.boot(
              Mode.REAL,
              """
              fa    ; sleep: cli
              f4    ;        hlt
              eb fc ;        jmp sleep
              """));
    }
  }

  @Test
  void aKickBeforeTheRun_isNotLost() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              eb fe ; spin: jmp spin
              """);

      cpu.vcpu.kick();

      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.run());
      assertEquals(Guest.CODE, cpu.registers().rip());
    }
  }

  /** The kick's own signal, but without a kick: any other that has a handler does the same. */
  @Test
  void aSignalThatIsNoKick_makesItReturn_andTheGuestGoesOn() throws Exception {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              66 ff 06 00 05 ; count: incl 0x500
              eb f9          ;        jmp count
              """);
      int thread = cpu.on(NativeLibc.INSTANCE::currentThreadId);
      for (int i = 0; i < 10; i++) {
        int before = guest.vm.memory().readInt(Guest.DATA);

        assertEquals(VcpuExit.Interrupted.INSTANCE, interrupt(cpu.start(), thread));

        assertNotEquals(before, guest.vm.memory().readInt(Guest.DATA), "the guest goes on");
      }
    }
  }

  /** Signals until the run ends: a signal that comes before the guest is entered is nobody's. */
  private static VcpuExit interrupt(Future<VcpuExit> running, int thread) throws Exception {
    for (int tries = 0; tries < 1000; tries++) {
      try {
        return running.get(50, TimeUnit.MILLISECONDS);
      } catch (TimeoutException stillRunning) {
        NativeLibc.INSTANCE.interruptThread(thread);
      }
    }
    throw new AssertionError("no signal makes the vCPU return");
  }

  @Test
  void aKickFromWithinAnAccess_letsTheAccessFinish() {
    try (Guest guest = Guest.bare()) {
      GuestCpu[] self = new GuestCpu[1];
      guest.pio.register(
          0x60,
          1,
          new PioHandler() {
            @Override
            public int read(int offset, int size) {
              self[0].vcpu.kick();
              return 0x1c;
            }

            @Override
            public void write(int offset, int size, int value) {}
          });
      self[0] =
          guest.boot(
              Mode.REAL,
              """
              e4 60 ; in $0x60,%al
              f4    ; hlt
              """);

      assertEquals(VcpuExit.Interrupted.INSTANCE, self[0].run());

      assertEquals(0x1c, self[0].registers().rax());
      assertEquals(Guest.CODE + 2, self[0].registers().rip(), "the instruction is complete");
      assertEquals(new VcpuExit.Halt(), self[0].run());
    }
  }

  @Test
  void closingTheVm_stopsARunningVcpu() throws Exception {
    Guest guest = Guest.bare();
    RecordingPort port = new RecordingPort();
    guest.pio.register(0x80, 1, port);
    GuestCpu cpu =
        guest.boot(
            Mode.REAL,
            """
            e6 80 ; spin: out %al,$0x80
            eb fc ;       jmp spin
            """);
    Future<VcpuExit> running = cpu.start();
    assertTrue(port.written.tryAcquire(60, TimeUnit.SECONDS), "it never ran");

    guest.close();

    assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(running));
  }

  /** One kick, one return: a kick that is lost leaves the vCPU inside. */
  private static void kickManyTimes(GuestCpu cpu) throws Exception {
    Semaphore returned = new Semaphore(0);
    Future<Integer> runner =
        cpu.submit(
            () -> {
              int interrupted = 0;
              while (interrupted < KICKS) {
                assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.vcpu.run());
                interrupted++;
                returned.release();
              }
              return interrupted;
            });

    for (int i = 0; i < KICKS; i++) {
      cpu.vcpu.kick();
      assertTrue(returned.tryAcquire(60, TimeUnit.SECONDS), "kick " + i + " is lost");
    }

    assertEquals(KICKS, cpu.await(runner));
  }
}
