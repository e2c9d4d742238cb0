package org.kvm4j.machine;

import java.util.HexFormat;
import java.util.List;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.machine.explain.CpuState;

/** What a person needs to see of a vCPU that cannot go on. */
final class VcpuReport {

  private VcpuReport() {}

  /** Several lines, with what the exit itself tells of the code; on the vCPU's own thread. */
  static String of(Vcpu vcpu, GuestMemory memory, VcpuExit exit) {
    String report = of(vcpu, memory, exit.toString());
    if (exit instanceof VcpuExit.InternalError error && error.instructionBytes().length > 0) {
      return report
          + System.lineSeparator()
          + "  KVM could not emulate: "
          + HexFormat.ofDelimiter(" ").formatHex(error.instructionBytes());
    }
    return report;
  }

  /** Several lines; on the vCPU's own thread. */
  static String of(Vcpu vcpu, GuestMemory memory, String exit) {
    Registers r = vcpu.registers();
    SpecialRegisters s = vcpu.specialRegisters();
    return String.join(
        System.lineSeparator(),
        List.of(
            "vCPU %d stopped with %s".formatted(vcpu.id(), exit),
            "  rip %016x  rsp %016x  rflags %x".formatted(r.rip(), r.rsp(), r.rflags()),
            "  rax %016x  rbx %016x  rcx %016x  rdx %016x"
                .formatted(r.rax(), r.rbx(), r.rcx(), r.rdx()),
            "  rsi %016x  rdi %016x  rbp %016x  r8  %016x"
                .formatted(r.rsi(), r.rdi(), r.rbp(), r.r8()),
            "  r9  %016x  r10 %016x  r11 %016x  r12 %016x"
                .formatted(r.r9(), r.r10(), r.r11(), r.r12()),
            "  r13 %016x  r14 %016x  r15 %016x".formatted(r.r13(), r.r14(), r.r15()),
            "  cr0 %x  cr2 %x  cr3 %x  cr4 %x  efer %x  cs %x base %x"
                .formatted(
                    s.cr0(), s.cr2(), s.cr3(), s.cr4(), s.efer(), s.cs().selector(), s.cs().base()),
            "  code at rip: " + text(CpuState.codeAtRip(vcpu, memory, r, s))));
  }

  private static String text(List<Integer> code) {
    return code.isEmpty() ? "not readable" : CpuState.hex(code, " ");
  }
}
