package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.machine.KernelChips.LOCAL_APICS;

import java.util.HexFormat;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.testkit.RequiresKvm;

/** Guests that halt, for ever or not, with local APICs in the kernel. */
@RequiresKvm
@Timeout(60)
final class HaltGuestIT {

  private static final int TIMER_IRQ = 0;

  /** The gate of a vector below those of the PICs. */
  private static final int NMI = 2 - 0x20;

  /** Where the second vCPU begins, in real mode: what the start-up IPI's vector 1 means. */
  private static final int TRAMPOLINE = 0x1000;

  private static final byte[] HALT = HexFormat.of().parseHex("faf4ebfd"); // cli; hlt; jmp to it

  private static final int SPURIOUS_INTERRUPT_VECTOR = 0xf0;
  private static final int INTERRUPT_COMMAND_LOW = 0x300;
  private static final int INTERRUPT_COMMAND_HIGH = 0x310;
  private static final int INIT = 0x4500;
  private static final int STARTUP = 0x4600;

  private static final int IOREGSEL = 0xfec0_0000;
  private static final int IOWIN = IOREGSEL + 0x10;
  private static final int DELIVER_NMI = 0x400;

  /** The timer counts 55 ms at most, of the VM's time: so that a halt lasts seconds. */
  private static final double SLOW = 0.01;

  private static MachineConfig pc(GuestCode code, int vcpus, KernelChips chips) {
    MachineConfig config = TestMachine.pc(code, vcpus);
    MachineConfig slow = config.withRun(config.run().withClockRate(SLOW));
    return chips == LOCAL_APICS ? slow.withSplitIrqchip() : slow;
  }

  private static MachineEnd run(GuestCode code, int vcpus, KernelChips chips)
      throws InterruptedException {
    try (TestMachine machine = new TestMachine(pc(code, vcpus, chips))) {
      machine.machine().memory().write(TRAMPOLINE, HALT);
      return machine.run();
    }
  }

  private static MachineEnd halted(String cause) {
    return MachineEnd.of(MachineEnd.Kind.HALTED, cause);
  }

  private static GuestCode haltForGood(GuestCode code) {
    return code.cli().label("halt").hlt().jmp("halt");
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCAL_APICS", "IRQCHIP"})
  void haltWithInterruptsOff_isTheEnd(KernelChips chips) throws InterruptedException {
    assertEquals(halted("hlt with interrupts off"), run(haltForGood(new GuestCode()), 1, chips));
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCAL_APICS", "IRQCHIP"})
  void haltOfTheFirst_isTheEnd_whileTheSecondIsNotStarted(KernelChips chips)
      throws InterruptedException {
    assertEquals(
        halted("hlt with interrupts off on 1 of 2 vCPUs, the others not started"),
        run(haltForGood(new GuestCode()), 2, chips));
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCAL_APICS", "IRQCHIP"})
  void haltOfBoth_isTheEnd(KernelChips chips) throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .writeLocalApic(SPURIOUS_INTERRUPT_VECTOR, 0x1ff)
            .writeLocalApic(INTERRUPT_COMMAND_HIGH, 1 << 24)
            .writeLocalApic(INTERRUPT_COMMAND_LOW, INIT)
            .writeLocalApic(INTERRUPT_COMMAND_LOW, STARTUP | TRAMPOLINE >> 12);

    assertEquals(
        halted("hlt with interrupts off on 2 of 2 vCPUs"), run(haltForGood(code), 2, chips));
  }

  /** It is looked at while it sleeps, and sleeps on. */
  @ParameterizedTest
  @EnumSource(names = {"LOCAL_APICS", "IRQCHIP"})
  void haltWithInterruptsOn_goesOnWhenItsInterruptComes(KernelChips chips)
      throws InterruptedException {
    GuestCode code = awaitTimer().powerOff();

    assertEquals(MachineEnd.Kind.POWER_OFF, run(code, 1, chips).kind());
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCAL_APICS", "IRQCHIP"})
  void haltAfterASleep_isNoticedAllTheSame(KernelChips chips) throws InterruptedException {
    assertEquals(halted("hlt with interrupts off"), run(haltForGood(awaitTimer()), 1, chips));
  }

  /** Counter 0 of the 8254 in mode 0: its output rises once, when 0xffff is counted down. */
  private static GuestCode startTimer(GuestCode code) {
    return code.out8(0x43, 0x30).out8(0x40, 0xff).out8(0x40, 0xff);
  }

  /** What follows is done in the timer's handler. */
  private static GuestCode awaitTimer() {
    return startTimer(new GuestCode().loadIdt(TIMER_IRQ, "tick").initPics(TIMER_IRQ))
        .sti()
        .label("idle")
        .hlt()
        .jmp("idle")
        .handler("tick");
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCAL_APICS", "IRQCHIP"})
  void nmiThatADeviceMaySend_wakesAHaltWithInterruptsOff(KernelChips chips)
      throws InterruptedException {
    GuestCode programmed =
        new GuestCode()
            .cli()
            .loadIdt(NMI, "nmi")
            .writeLocalApic(SPURIOUS_INTERRUPT_VECTOR, 0x1ff)
            .store32(IOREGSEL, 0x10 + 2 * TIMER_IRQ)
            .store32(IOWIN, DELIVER_NMI);
    GuestCode code =
        startTimer(programmed).label("idle").hlt().jmp("idle").handler("nmi").powerOff();

    assertEquals(MachineEnd.Kind.POWER_OFF, run(code, 1, chips).kind());
  }
}
