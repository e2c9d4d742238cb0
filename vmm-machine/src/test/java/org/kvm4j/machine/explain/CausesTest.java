package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.DescriptorTable;
import org.kvm4j.MpState;
import org.kvm4j.PastExit;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;

/** What each sign leads to; a guest with none of them is told nothing. */
final class CausesTest {

  private static final VcpuExit TRIPLE_FAULT = new VcpuExit.Shutdown();
  private static final CpuState SOUND = Cpus.cpu(Cpus.LONG_MODE, 0x1000);
  private static final int[] ZEROS = new int[CpuState.MOST_CODE_BYTES];

  private static final SpecialRegisters WITHOUT_IDT =
      Cpus.LONG_MODE.toBuilder().idt(new DescriptorTable(0, 0)).build();

  private static final SpecialRegisters WITHOUT_PAGING =
      Cpus.LONG_MODE.toBuilder().cr0(0x11).efer(0).build();

  static Stream<Arguments> signs() {
    return Stream.of(
        sign(
            "KVM has to emulate this instruction",
            Cpus.ended(new VcpuExit.InternalError(1, List.of()), SOUND)),
        sign(
            "The processor refuses the guest's state",
            Cpus.ended(new VcpuExit.FailEntry(0x8000_0021L, 0), SOUND)),
        sign(
            "The processor refuses to enter the guest, for reason 0x7.",
            Cpus.ended(new VcpuExit.FailEntry(7, 0), SOUND)),
        sign(
            "The registers are those after a reset",
            Cpus.ended(TRIPLE_FAULT, Cpus.cpu(Cpus.AFTER_RESET, 0xfff0))),
        sign("The guest asked for a reset", Cpus.ended(TRIPLE_FAULT, SOUND, write(0x64, 0xfe))),
        sign("The guest asked for a reset", Cpus.ended(TRIPLE_FAULT, SOUND, write(0xcf9, 6))),
        sign(
            "There was an exception or interrupt, but no IDT",
            Cpus.ended(TRIPLE_FAULT, Cpus.cpu(WITHOUT_IDT, 0x1000))),
        sign("RIP is not mapped", Cpus.ended(TRIPLE_FAULT, nowhere(Cpus.LONG_MODE))),
        sign("RIP is not in RAM", Cpus.ended(TRIPLE_FAULT, nowhere(WITHOUT_PAGING))),
        sign(
            "There is no code at RIP, only the same byte",
            Cpus.alive(Cpus.cpu(Cpus.LONG_MODE, 0x1000, ZEROS))),
        sign(
            "A triple fault with paging on, before any output",
            Cpus.silent(Cpus.ended(TRIPLE_FAULT, SOUND), "console=ttyS0 earlyprintk=serial")),
        sign(
            "A vCPU jumps to itself for ever",
            Cpus.alive(Cpus.cpu(Cpus.LONG_MODE, 0x1000, 0xeb, 0xfe))),
        sign(
            "All vCPUs are halted with interrupts off",
            Cpus.alive(Cpus.halted(Cpus.INTERRUPTS_OFF))),
        sign("All vCPUs are halted with interrupts off", Cpus.ended(new VcpuExit.Halt(), SOUND)),
        sign("All vCPUs wait for an interrupt", Cpus.alive(Cpus.halted(Cpus.INTERRUPTS_ON))),
        sign(
            "The guest reads port 0x61 again and again, 10000 times now, and gets 0x20",
            Cpus.alive(SOUND, new PastExit(PastExit.IO, false, 1, 0x61, 0x20, 10_000))),
        sign(
            "The guest reads address 0xfed00000 again and again, 20000 times now, and gets"
                + " 0xffffffff",
            Cpus.alive(SOUND, new PastExit(PastExit.MMIO, false, 4, 0xfed0_0000L, -1, 20_000))),
        sign(
            "The guest uses port 0x61 much, and no device answers: reads give all ones. On a PC it"
                + " is the i8254 timer: gate and output. Add it: --device pit.",
            Cpus.unclaimed(0x61, 1000)),
        sign(
            "The guest uses port 0x1f7 much, and no device answers: reads give all ones. On a PC:"
                + " IDE disk, which this machine does not have.",
            Cpus.unclaimed(0x1f7, 1000)),
        sign("The guest uses port 0x333 much", Cpus.unclaimed(0x333, 1000)),
        sign(
            "The kernel is not told where its console is", Cpus.silent(Cpus.alive(SOUND), "quiet")),
        sign(
            "Linux prints only once its console works",
            Cpus.silent(Cpus.alive(SOUND), "console=ttyS0")),
        sign(
            "The machine has no serial port",
            new Explanation(List.of(), List.of(), Map.of(), 0, Optional.empty(), List.of())));
  }

  private static Arguments sign(String hint, Explanation explanation) {
    return Arguments.of(hint, explanation);
  }

  private static PastExit write(int port, int value) {
    return new PastExit(PastExit.IO, true, 1, port, value, 1);
  }

  private static CpuState nowhere(SpecialRegisters special) {
    return Cpus.with(special, 0x1000, Cpus.INTERRUPTS_OFF, MpState.RUNNABLE);
  }

  @ParameterizedTest
  @MethodSource("signs")
  void sign_leadsToItsHint_andToNoOther(String hint, Explanation explanation) {
    List<String> causes = explanation.likelyCauses();

    assertEquals(1, causes.size(), causes::toString);
    assertTrue(causes.get(0).startsWith(hint), causes::toString);
  }

  static Stream<Explanation> guestsWithoutASign() {
    return Stream.of(
        Cpus.alive(SOUND),
        Cpus.ended(TRIPLE_FAULT, SOUND),
        Cpus.ended(new VcpuExit.InternalError(3, List.of()), SOUND),
        Cpus.alive(SOUND, new PastExit(PastExit.IO, false, 1, 0x61, 0x20, 9_999)),
        Cpus.alive(SOUND, new PastExit(PastExit.IO, true, 1, 0x3f8, 'x', 100_000)),
        Cpus.ended(TRIPLE_FAULT, SOUND, write(0x64, 0xd1)),
        Cpus.unclaimed(0x61, 999),
        Cpus.silent(Cpus.alive(SOUND), "console=ttyS0 earlyprintk=serial"));
  }

  @ParameterizedTest
  @MethodSource("guestsWithoutASign")
  void guestWithoutASign_isToldNothing(Explanation explanation) {
    assertEquals(List.of(), explanation.likelyCauses());
  }

  /** One that runs may still wake the others. */
  @Test
  void oneOfTwoHalted_isNoDeadHalt() {
    VcpuSnapshot halted =
        new VcpuSnapshot(
            0, Optional.empty(), List.of(), Optional.of(Cpus.halted(Cpus.INTERRUPTS_OFF)), "");
    VcpuSnapshot running = new VcpuSnapshot(1, Optional.empty(), List.of(), Optional.of(SOUND), "");

    assertEquals(List.of(), Cpus.explanation(halted, running).likelyCauses());
  }
}
