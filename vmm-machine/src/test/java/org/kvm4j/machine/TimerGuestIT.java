package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.testkit.RequiresKvm;

/** Guests that use the 8254: ours, and the one in the kernel that may take its place. */
@RequiresKvm
@Timeout(60)
final class TimerGuestIT {

  private static final int TICKS = GuestCode.FREE;
  private static final int LOOPS = GuestCode.FREE + 8;

  /** 1,193,182 Hz by this is 1 ms and 10 ms. */
  private static final int COUNT_1_MS = 1193;

  private static final int COUNT_10_MS = 11932;

  /** Far more than fit into 10 ms: an exit takes microseconds. */
  private static final int MOST_LOOPS = 1_000_000;

  private static TestMachine machine(GuestCode code, KernelChips chips) {
    MachineConfig config = TestMachine.pc(code);
    return new TestMachine(
        switch (chips) {
          case LOCAL_APICS -> config.withSplitIrqchip();
          case IRQCHIP -> config;
          case IRQCHIP_AND_PIT -> config.withKernelPit();
        });
  }

  @ParameterizedTest
  @EnumSource
  void timerInterrupts_areCountedByTheGuestsHandler(KernelChips chips) throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .loadIdt(0, "tick")
            .initPics(0)
            .startTimer(COUNT_1_MS)
            .sti()
            .label("idle")
            .hlt()
            .cmp32(TICKS, 20)
            .jb("idle")
            .cli()
            .powerOff()
            .handler("tick")
            .inc32(TICKS)
            .endOfInterrupt();

    try (TestMachine machine = machine(code, chips)) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      int ticks = machine.machine().memory().readInt(TICKS);
      // One more may come between the last comparison and the guest's cli.
      assertTrue(ticks >= 20, () -> ticks + " ticks");
    }
  }

  /** As Linux finds out how fast its TSC is: pit_calibrate_tsc, arch/x86/kernel/tsc.c. */
  @ParameterizedTest
  @EnumSource
  void output2_risesAtPort61_whenCounter2HasCountedDown(KernelChips chips)
      throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .out8(0x61, 0x01) // gate on, speaker off
            .out8(0x43, 0xb0) // counter 2, mode 0
            .out8(0x42, COUNT_10_MS & 0xff)
            .out8(0x42, COUNT_10_MS >> 8)
            .label("wait")
            .inc32(LOOPS)
            .cmp32(LOOPS, MOST_LOOPS)
            .jz("end")
            .in8(RAX, 0x61)
            .test(RAX, 0x20)
            .jz("wait")
            .label("end")
            .powerOff();

    try (TestMachine machine = machine(code, chips)) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      int loops = machine.machine().memory().readInt(LOOPS);
      assertTrue(loops > 1, "high before it had counted");
      assertTrue(loops < MOST_LOOPS, "it never rose");
    }
  }
}
