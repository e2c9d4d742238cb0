package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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
            "KVM met an exception while it delivered another",
            Cpus.ended(new VcpuExit.InternalError(2, List.of()), SOUND)),
        sign(
            "KVM could not deliver an exception or interrupt",
            Cpus.ended(new VcpuExit.InternalError(3, List.of(0x8000_0b0eL, 49L)), SOUND)),
        sign(
            "The processor left the guest for a reason that this KVM does not know",
            Cpus.ended(new VcpuExit.InternalError(4, List.of()), SOUND)),
        refused(0x8000_0021L, "VMX exit reason 33, the guest's state is inconsistent"),
        refused(0x8000_0022L, "VMX exit reason 34, an MSR"),
        refused(0x8000_0029L, "VMX exit reason 41, a machine check"),
        refused(7, "VM-instruction error 7, invalid control fields"),
        refused(8, "VM-instruction error 8, invalid state of the host"),
        refused(-1, "VMEXIT_INVALID, the guest's state is inconsistent"),
        refused(0xffff_ffffL, "VMEXIT_INVALID, the guest's state is inconsistent"),
        refused(0x99, "not known to kvm4j"),
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
            "The guest's programs have no console.",
            Cpus.saying("[ 1.2] Warning: unable to open an initial console.\r\n")),
        sign(
            "The guest's kernel has panicked: Fatal exception in interrupt",
            Cpus.saying("[ 1.2] Kernel panic - not syncing: Fatal exception in interrupt\r\n")),
        sign(
            "The machine has no serial port",
            new Explanation(List.of(), List.of(), Map.of(), 0, "", Optional.empty(), List.of())));
  }

  private static Arguments refused(long reason, String meaning) {
    return sign(
        "The processor refuses to enter the guest, for reason 0x%x: %s".formatted(reason, meaning),
        Cpus.ended(new VcpuExit.FailEntry(reason, 0), SOUND));
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
        Cpus.ended(new VcpuExit.InternalError(9, List.of()), SOUND),
        Cpus.saying("[ 0.1] Linux version 6.1\r\n"),
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

  /** As Linux 6.1 prints them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VFS: Unable to mount root fs on unknown-block(0,0)"
            + " | The kernel has found no root file system.",
        "No working init found.  Try passing init= option to kernel."
            + " | The kernel has found no program to start.",
        "Requested init /sbin/x failed (error -2). | The kernel has found no program to start.",
        "Attempted to kill init! exitcode=0x00000100 | The guest's first program has ended,",
        "System is deadlocked on memory | The guest has too little memory",
      })
  void panic_leadsToItsHint_andIsQuoted(String panic, String hint) {
    List<String> causes =
        Cpus.saying("[    1.5] Kernel panic - not syncing: " + panic + "\r\n").likelyCauses();

    assertEquals(2, causes.size(), causes::toString);
    assertTrue(causes.get(0).startsWith(hint), causes::toString);
    assertEquals("The guest's kernel has panicked: " + panic, causes.get(1));
  }

  /** The call trace may have pushed the first line out. */
  @Test
  void lastLineOfAPanic_isAsGood() {
    assertEquals(
        List.of("The guest's kernel has panicked: Oops"),
        Cpus.saying("... ---[ end Kernel panic - not syncing: Oops ]---").likelyCauses());
  }

  @Test
  void initrdThatCannotBeUnpacked_isToldBeforeItsPanic() {
    String output =
        """
        [    0.4] Initramfs unpacking failed: invalid magic at start of compressed archive
        [    1.5] Kernel panic - not syncing: VFS: Unable to mount root fs on ""
        """;

    List<String> causes = Cpus.saying(output).likelyCauses();

    assertTrue(causes.get(0).startsWith("The kernel cannot unpack the initial RAM disk"));
    assertEquals(3, causes.size(), causes::toString);
  }

  @Test
  void wordsOfAGuest_areOneShortPrintableLine() {
    String panic = "Kernel panic - not syncing: \u001b[2Jevil" + "x".repeat(10_000);

    List<String> causes = Cpus.saying(panic).likelyCauses();

    assertEquals(List.of("The guest's kernel has panicked: ?[2Jevil" + "x".repeat(152)), causes);
  }

  private static Explanation idleAndSilent(String commandLine) {
    return Cpus.silent(Cpus.alive(Cpus.halted(Cpus.INTERRUPTS_ON)), commandLine);
  }

  @Test
  void kernelThatRunsWithoutAWord_mayLackTheDriver() {
    String hint =
        "The kernel runs and prints nothing: it may lack the serial port's driver. Build it with"
            + " CONFIG_SERIAL_8250=y and CONFIG_SERIAL_8250_CONSOLE=y; a module comes too late.";

    assertTrue(idleAndSilent("console=ttyS0").likelyCauses().contains(hint));
    assertFalse(idleAndSilent("console=ttyS0 quiet").likelyCauses().contains(hint));
    assertFalse(idleAndSilent("console=tty0").likelyCauses().contains(hint));
    assertFalse(Cpus.silent(Cpus.alive(SOUND), "console=ttyS0").likelyCauses().contains(hint));
  }
}
