package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.kvm4j.MpState;
import org.kvm4j.PastExit;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.disassembly.Disassembler;

/** What a user reads. */
final class ExplanationTest {

  private static Symbols named(long address, String name) {
    TreeMap<Long, String> names = new TreeMap<>(Long::compareUnsigned);
    names.put(address, name);
    return Symbols.of(names);
  }

  private static VcpuSnapshot vcpu(int id, CpuState cpu, PastExit... exits) {
    return new VcpuSnapshot(id, Optional.empty(), List.of(exits), Optional.of(cpu), "");
  }

  @Test
  void text_saysWhatHappened_whatTheGuestDid_andWhatToTry() {
    VcpuSnapshot dead =
        new VcpuSnapshot(
            0,
            Optional.of(new VcpuExit.Shutdown()),
            List.of(
                new PastExit(PastExit.IO, true, 1, 0x80, 0x55, 1),
                new PastExit(PastExit.IO, false, 4, 0xcfc, 0xffff_ffffL, 12),
                new PastExit(8, false, 0, 0, 0, 1)),
            Optional.of(Cpus.cpu(Cpus.LONG_MODE, 0x10_0004, 0x0f, 0x0b)),
            "");
    VcpuSnapshot waiting =
        vcpu(1, Cpus.with(Cpus.AFTER_RESET, 0xfff0, 2, MpState.UNINITIALIZED, 0));
    Explanation explanation =
        new Explanation(
            List.of(dead, waiting),
            List.of(1, 0x55),
            Map.of(0x92L, 1L, 0xcfcL, 48L),
            0,
            "",
            Optional.empty(),
            List.of("serial"));

    String expected =
        """
        vCPU 0 stopped with a triple fault, in 64-bit code, paging on, interrupts off
          rip 0000000000100004  start+0x4 (if not moved by KASLR)
          code at rip: 0f 0b 90 90 90 90 90 90 90 90 90 90 90 90 90
            100004: ud2
          rax 0000000000000000  rbx 0000000000000000  rcx 0000000000000000  rdx 0000000000000000
          rsi 0000000000000000  rdi 0000000000000000  rbp 0000000000000000  rsp 0000000000000000
          r8  0000000000000000  r9  0000000000000000  r10 0000000000000000  r11 0000000000000000
          r12 0000000000000000  r13 0000000000000000  r14 0000000000000000  r15 0000000000000000
          cr0 80000011  cr2 dead0000  cr3 9000  cr4 20  efer 500  rflags 2
          cs 10 base 0  gdt 5000 limit 7f  idt 6000 limit fff
          last exits, the last one last:
            write port 0x80: 0x55
            read  port 0xcfc: 0xffffffff, 4 bytes (12 times)
            KVM_EXIT_SHUTDOWN
        vCPU 1: not started by the guest
        POST codes, the last one last: 01 55
        Ports that no device answers, the most used first:
          0xcfc  48 bytes  PCI configuration
          0x92   1 byte  system control port A, for A20: harmless
        What this may mean:
          - A triple fault with paging on, before any output: check that the page tables map the code, the stack and the IDT; CR2 is the address of the last page fault.\
        """;
    assertEquals(
        expected.lines().toList(),
        explanation.text(named(0x10_0000, "start"), FakeDisassembler.of("ud2")).lines().toList());
  }

  @Test
  void vcpuInADevice_isToldByItsExitsAlone() {
    VcpuSnapshot stuck =
        new VcpuSnapshot(
            0,
            Optional.empty(),
            List.of(new PastExit(PastExit.IO, false, 1, 0x200, 0, 1)),
            Optional.empty(),
            "a device keeps it");

    assertEquals(
        List.of(
            "vCPU 0: registers unknown: a device keeps it",
            "  last exits, the last one last:",
            "    read  port 0x200: 0x0"),
        Cpus.explanation(stuck).text(Symbols.NONE).lines().toList());
  }

  @Test
  void failedEmulation_hasTheBytesThatKvmFetched() {
    VcpuExit exit = new VcpuExit.InternalError(1, List.of(1L, 0xf4_03fe_0f04L, 0L));

    List<String> lines =
        Cpus.ended(exit, Cpus.cpu(Cpus.LONG_MODE, 0x1000))
            .text(Symbols.NONE, FakeDisassembler.of("first byte %x, %d bits"))
            .lines()
            .toList();

    int at = lines.indexOf("  KVM could not emulate: 0f fe 03 f4");
    assertTrue(at > 0, lines::toString);
    assertEquals("    1000: first byte f, 64 bits", lines.get(at + 1));
  }

  private static List<String> codeLines(Disassembler disassembler, int... code) {
    return Cpus.alive(Cpus.cpu(Cpus.LONG_MODE, 0x1000, code))
        .text(Symbols.NONE, disassembler)
        .lines()
        .dropWhile(line -> !line.startsWith("  code at rip"))
        .skip(1)
        .takeWhile(line -> line.startsWith("    "))
        .toList();
  }

  @Test
  void code_isShownAsThreeInstructions() {
    assertEquals(
        List.of("    1000: cli", "    1001: hlt", "    1002: jmp 0x1001"),
        codeLines(FakeDisassembler.of("cli", "hlt", "jmp 0x1001", "nop"), 0xfa, 0xf4));
  }

  @Test
  void codeThatIsNone_isTold() {
    assertEquals(List.of("    no instruction that is known"), codeLines(FakeDisassembler.of()));
  }

  @Test
  void withoutADisassembler_theCommonestAreKnown() {
    assertEquals(List.of("    hlt"), codeLines(FakeDisassembler.NONE, 0xf4));
    assertEquals(List.of("    jmp to itself"), codeLines(FakeDisassembler.NONE, 0xeb, 0xfe));
    assertEquals(List.of(), codeLines(FakeDisassembler.NONE, 0x48, 0x89));
  }

  @Test
  void whatToInstall_isToldOnce_andOnlyIfItWouldHelp() {
    VcpuSnapshot known = vcpu(0, Cpus.cpu(Cpus.LONG_MODE, 0x1000, 0xf4));
    VcpuSnapshot unknown = vcpu(1, Cpus.cpu(Cpus.LONG_MODE, 0x1000, 0x48, 0x89));
    String lack = FakeDisassembler.NONE.lack().orElseThrow();

    String helped =
        Cpus.explanation(known, unknown, unknown).text(Symbols.NONE, FakeDisassembler.NONE);
    assertEquals(1, helped.lines().filter(lack::equals).count(), helped);
    assertFalse(Cpus.explanation(known).text(Symbols.NONE, FakeDisassembler.NONE).contains(lack));
  }

  /** The same bytes are another jump there. */
  @Test
  void nearJumpToItself_isKnownByItsMode() {
    int[] near = {0xe9, 0xfb, 0xff, 0xff, 0xff};
    int[] near16 = {0xe9, 0xfd, 0xff};

    assertTrue(isEndlessLoop(Cpus.LONG_MODE, near));
    assertTrue(isEndlessLoop(Cpus.AFTER_RESET, near16));
    assertFalse(isEndlessLoop(Cpus.AFTER_RESET, near));
    assertFalse(isEndlessLoop(Cpus.LONG_MODE, near16));
  }

  private static boolean isEndlessLoop(SpecialRegisters mode, int... code) {
    return KnownInstruction.at(Cpus.cpu(mode, 0x1000, code))
        .filter(KnownInstruction::isEndlessLoop)
        .isPresent();
  }

  @Test
  void realMode_isToldAsSuch() {
    String text = Cpus.alive(Cpus.cpu(Cpus.AFTER_RESET, 0x7c00)).text(Symbols.NONE);

    assertTrue(text.startsWith("vCPU 0 runs, in real-mode code, paging off"), text);
  }

  @Test
  void manyVcpusExitsAndPorts_doNotFillTheScreen() {
    List<VcpuSnapshot> vcpus = new ArrayList<>();
    PastExit[] exits = new PastExit[32];
    for (int i = 0; i < exits.length; i++) {
      exits[i] = new PastExit(PastExit.IO, true, 1, i, 0, 1);
    }
    for (int id = 0; id < 200; id++) {
      vcpus.add(vcpu(id, Cpus.cpu(Cpus.LONG_MODE, 0x1000), exits));
    }
    Map<Long, Long> ports = new TreeMap<>();
    for (long port = 0x1000; port < 0x1100; port++) {
      ports.put(port, 1L);
    }
    Explanation explanation =
        new Explanation(vcpus, List.of(), ports, 1, "", Optional.empty(), List.of("serial"));

    List<String> lines = explanation.text(Symbols.NONE).lines().toList();

    assertTrue(lines.contains("and 192 vCPUs more"), lines::toString);
    assertTrue(lines.size() < 200, () -> lines.size() + " lines");
  }

  @Test
  void nameFromAFile_cannotControlTheTerminal() {
    String text = Cpus.alive(Cpus.cpu(Cpus.LONG_MODE, 0x1000)).text(named(0x1000, "\u001b[2Jevil"));

    assertFalse(text.contains("\u001b"), text);
    assertTrue(text.contains("?[2Jevil+0x0"), text);
  }
}
