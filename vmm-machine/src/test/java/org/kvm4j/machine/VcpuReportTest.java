package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Translation;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.testkit.FakeGuestMemory;

final class VcpuReportTest {

  private static final int RAM_BYTES = 0x2000;

  private static final SpecialRegisters LONG_MODE =
      VcpuRegisters.AFTER_RESET.toBuilder()
          .cs(Segment.code64(0x10))
          .cr0(0x8000_0011L)
          .cr2(0xdead_0000L)
          .cr3(0x9000)
          .cr4(0x20)
          .efer(0x500)
          .build();

  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);
  private final Vcpu vcpu = mock(Vcpu.class);

  @BeforeEach
  void longModeVcpu() {
    for (int address = 0; address < RAM_BYTES; address++) {
      memory.writeByte(address, address);
    }
    when(vcpu.id()).thenReturn(3);
    when(vcpu.specialRegisters()).thenReturn(LONG_MODE);
    when(vcpu.translate(anyLong())).thenAnswer(call -> mappedTo(call.getArgument(0)));
  }

  private String reportAt(long rip) {
    when(vcpu.registers()).thenReturn(Registers.builder().rip(rip).build());
    return VcpuReport.of(vcpu, memory, "KVM_EXIT_SHUTDOWN");
  }

  private static Optional<Translation> mappedTo(long physicalAddress) {
    return Optional.of(new Translation(physicalAddress, true, false));
  }

  private static String codeIn(String report) {
    return report.substring(report.indexOf("code at rip: "));
  }

  @Test
  void report_hasEveryRegisterAndTheCode() {
    when(vcpu.registers())
        .thenReturn(
            new Registers(
                0xa, 0xb, 0xc, 0xd, 0x51, 0xd1, 0x59, 0xb9, 8, 9, 0x10, 0x11, 0x12, 0x13, 0x14,
                0x15, 0x1040, 0x46));

    String expected =
        """
        vCPU 3 stopped with KVM_EXIT_SHUTDOWN
          rip 0000000000001040  rsp 0000000000000059  rflags 46
          rax 000000000000000a  rbx 000000000000000b  rcx 000000000000000c  rdx 000000000000000d
          rsi 0000000000000051  rdi 00000000000000d1  rbp 00000000000000b9  r8  0000000000000008
          r9  0000000000000009  r10 0000000000000010  r11 0000000000000011  r12 0000000000000012
          r13 0000000000000013  r14 0000000000000014  r15 0000000000000015
          cr0 80000011  cr2 dead0000  cr3 9000  cr4 20  efer 500  cs 10 base 0
          code at rip: 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e""";
    assertEquals(
        expected.lines().toList(),
        VcpuReport.of(vcpu, memory, "KVM_EXIT_SHUTDOWN").lines().toList());
  }

  @Test
  void failedEmulation_showsTheBytesThatKvmFetched_evenIfTheCodeIsNotReadable() {
    when(vcpu.registers()).thenReturn(Registers.builder().rip(RAM_BYTES).build());
    VcpuExit exit =
        new VcpuExit.InternalError(
            VcpuExit.InternalError.EMULATION, List.of(1L, 0xf4_03fe_0f04L, 0L));

    List<String> report = VcpuReport.of(vcpu, memory, exit).lines().toList();

    assertEquals("vCPU 3 stopped with " + exit, report.get(0));
    assertEquals(
        List.of("  code at rip: not readable", "  KVM could not emulate: 0f fe 03 f4"),
        report.subList(report.size() - 2, report.size()));
  }

  @Test
  void failedEmulationWithoutBytes_isReportedLikeEveryExit() {
    when(vcpu.registers()).thenReturn(Registers.builder().rip(0x10).build());
    VcpuExit exit = new VcpuExit.InternalError(VcpuExit.InternalError.EMULATION, List.of());

    assertEquals(VcpuReport.of(vcpu, memory, exit.toString()), VcpuReport.of(vcpu, memory, exit));
  }

  @Test
  void code_isWhereThePageTablesSay() {
    when(vcpu.translate(0xffff_ffff_8100_0000L)).thenReturn(mappedTo(0x1010));

    assertEquals(
        "code at rip: 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e",
        codeIn(reportAt(0xffff_ffff_8100_0000L)));
  }

  @Test
  void code_ofRealMode_isAtTheSegmentsBase() {
    when(vcpu.specialRegisters())
        .thenReturn(LONG_MODE.toBuilder().cs(Segment.data32(0).realMode(0x108)).build());

    String report = reportAt(0x20);

    assertTrue(report.contains("cs 108 base 1080"), report);
    assertEquals("code at rip: a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 aa ab ac ad ae", codeIn(report));
  }

  @Test
  void codeThatEndsWithRam_isShownAsFarAsItGoes() {
    assertEquals("code at rip: fd fe ff", codeIn(reportAt(RAM_BYTES - 3)));
  }

  @Test
  void codeBehindRam_isNotReadable() {
    assertEquals("code at rip: not readable", codeIn(reportAt(RAM_BYTES)));
  }

  @Test
  void ripThatIsNotMapped_isNotReadable() {
    when(vcpu.translate(0x1040)).thenReturn(Optional.empty());

    assertEquals("code at rip: not readable", codeIn(reportAt(0x1040)));
  }

  @Test
  void highestRip_isNotReadable() {
    assertEquals("code at rip: not readable", codeIn(reportAt(-1)));
  }
}
