package org.kvm4j.machine.explain;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kvm4j.PastExit;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;

/** An explanation for a tired person: what happened, then the details, then what to try. */
final class ExplanationText {

  private static final int MOST_VCPUS = 8;
  private static final int MOST_EXITS = 10;
  private static final int MOST_PORTS = 8;

  private final Explanation explanation;
  private final Symbols symbols;
  private final CodeText codeText;
  private final List<String> lines = new ArrayList<>();

  ExplanationText(Explanation explanation, Symbols symbols, CodeText codeText) {
    this.explanation = explanation;
    this.symbols = symbols;
    this.codeText = codeText;
  }

  String text() {
    explanation.vcpus().stream().limit(MOST_VCPUS).forEach(this::vcpu);
    if (explanation.vcpus().size() > MOST_VCPUS) {
      lines.add("and %d vCPUs more".formatted(explanation.vcpus().size() - MOST_VCPUS));
    }
    if (!explanation.postCodes().isEmpty()) {
      lines.add("POST codes, the last one last: " + CpuState.hex(explanation.postCodes(), " "));
    }
    ports();
    codeText.lack().ifPresent(lines::add);
    explanation.likelyCausesText().ifPresent(lines::add);
    return String.join(System.lineSeparator(), lines);
  }

  private void vcpu(VcpuSnapshot vcpu) {
    String name = "vCPU " + vcpu.id();
    if (vcpu.state().isEmpty()) {
      lines.add("%s: registers unknown: %s".formatted(name, vcpu.note()));
    } else if (vcpu.exit().isEmpty() && vcpu.state().get().isWaitingForStart()) {
      lines.add(name + ": not started by the guest");
      return;
    } else {
      lines.add("%s %s, %s".formatted(name, doing(vcpu), mode(vcpu.state().get())));
      registers(vcpu.state().get());
    }
    vcpu.exit().ifPresent(exit -> failedInstruction(exit, vcpu.state()));
    exits(vcpu.lastExits());
  }

  private static String doing(VcpuSnapshot vcpu) {
    return vcpu.exit()
        .map(
            exit -> "stopped with " + (exit instanceof VcpuExit.Shutdown ? "a triple fault" : exit))
        .orElseGet(() -> vcpu.state().get().isHalted() ? "is halted" : "runs");
  }

  private static String mode(CpuState cpu) {
    return "in %s code, paging %s, interrupts %s"
        .formatted(
            cpu.isProtected() ? cpu.bits() + "-bit" : "real-mode",
            cpu.hasPaging() ? "on" : "off",
            cpu.interruptsOn() ? "on" : "off");
  }

  private void registers(CpuState cpu) {
    Registers r = cpu.registers();
    SpecialRegisters s = cpu.special();
    String at = symbols.at(cpu).map(name -> "  " + name).orElse("");
    lines.add("  rip %016x%s".formatted(r.rip(), at));
    lines.add("  code at rip: " + (cpu.code().isEmpty() ? "not readable" : cpu.codeText(" ")));
    codeText.at(cpu).forEach(instruction -> lines.add("    " + instruction));
    lines.add(
        "  rax %016x  rbx %016x  rcx %016x  rdx %016x"
            .formatted(r.rax(), r.rbx(), r.rcx(), r.rdx()));
    lines.add(
        "  rsi %016x  rdi %016x  rbp %016x  rsp %016x"
            .formatted(r.rsi(), r.rdi(), r.rbp(), r.rsp()));
    lines.add(
        "  r8  %016x  r9  %016x  r10 %016x  r11 %016x".formatted(r.r8(), r.r9(), r.r10(), r.r11()));
    lines.add(
        "  r12 %016x  r13 %016x  r14 %016x  r15 %016x"
            .formatted(r.r12(), r.r13(), r.r14(), r.r15()));
    lines.add(
        "  cr0 %x  cr2 %x  cr3 %x  cr4 %x  efer %x  rflags %x"
            .formatted(s.cr0(), s.cr2(), s.cr3(), s.cr4(), s.efer(), r.rflags()));
    lines.add(
        "  cs %x base %x  gdt %x limit %x  idt %x limit %x"
            .formatted(
                s.cs().selector(),
                s.cs().base(),
                s.gdt().base(),
                s.gdt().limit(),
                s.idt().base(),
                s.idt().limit()));
  }

  private void failedInstruction(VcpuExit exit, Optional<CpuState> cpu) {
    if (exit instanceof VcpuExit.InternalError error && error.instructionBytes().length > 0) {
      byte[] bytes = error.instructionBytes();
      lines.add("  KVM could not emulate: " + HexFormat.ofDelimiter(" ").formatHex(bytes));
      cpu.flatMap(at -> codeText.first(bytes, at)).ifPresent(text -> lines.add("    " + text));
    }
  }

  private void exits(List<PastExit> exits) {
    if (exits.isEmpty()) {
      lines.add("  no exits");
      return;
    }
    List<PastExit> last = exits.subList(Math.max(0, exits.size() - MOST_EXITS), exits.size());
    lines.add("  last exits, the last one last:");
    last.forEach(exit -> lines.add("    " + exit(exit)));
  }

  private static String exit(PastExit exit) {
    String what = exit.isAccess() ? access(exit) : ExitName.of(exit.reason());
    return exit.times() == 1 ? what : "%s (%d times)".formatted(what, exit.times());
  }

  private static String access(PastExit exit) {
    String place = "%s 0x%x".formatted(exit.isPort() ? "port" : "address", exit.address());
    String size = exit.sizeBytes() == 1 ? "" : ", %d bytes".formatted(exit.sizeBytes());
    return "%s %s: 0x%x%s".formatted(exit.write() ? "write" : "read ", place, value(exit), size);
  }

  /** As many bits as the access has. */
  static long value(PastExit exit) {
    return exit.sizeBytes() >= Long.BYTES
        ? exit.value()
        : exit.value() & ((1L << (exit.sizeBytes() * Byte.SIZE)) - 1);
  }

  private void ports() {
    if (explanation.unclaimedPorts().isEmpty()) {
      return;
    }
    lines.add("Ports that no device answers, the most used first:");
    explanation.unclaimedPorts().entrySet().stream()
        .sorted(Map.Entry.<Long, Long>comparingByValue().reversed())
        .limit(MOST_PORTS)
        .forEach(port -> lines.add("  " + port(port.getKey(), port.getValue())));
  }

  private static String port(long port, long bytes) {
    String meaning = KnownPort.at(port).map(known -> "  " + known.meaning()).orElse("");
    return "0x%-4x %d %s%s".formatted(port, bytes, bytes == 1 ? "byte" : "bytes", meaning);
  }
}
