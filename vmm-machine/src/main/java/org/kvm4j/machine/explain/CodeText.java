package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Optional;
import org.kvm4j.core.disassembly.Disassembler;
import org.kvm4j.core.disassembly.Instruction;

/** A guest's code for a person to read, and what is missing to read all of it. */
final class CodeText {

  /** The instruction at RIP, and what a loop around it may look like. */
  private static final int MOST_INSTRUCTIONS = 3;

  private static final List<String> UNKNOWN = List.of("no instruction that is known");

  private final Disassembler disassembler;
  private boolean isLacking;

  CodeText(Disassembler disassembler) {
    this.disassembler = disassembler;
  }

  /** A few instructions from RIP on, each with its address. */
  List<String> at(CpuState cpu) {
    if (cpu.code().isEmpty()) {
      return List.of();
    }
    if (disassembler.lack().isPresent()) {
      return KnownInstruction.at(cpu).map(known -> List.of(known.text())).orElseGet(this::lacking);
    }
    long rip = cpu.registers().rip();
    List<Instruction> found =
        disassembler.instructions(cpu.codeBytes(), rip, cpu.bits(), MOST_INSTRUCTIONS);
    return found.isEmpty() ? UNKNOWN : found.stream().map(CodeText::line).toList();
  }

  /** The first instruction of what KVM had fetched at RIP. */
  Optional<String> first(byte[] code, CpuState cpu) {
    return disassembler.instructions(code, cpu.registers().rip(), cpu.bits(), 1).stream()
        .map(CodeText::line)
        .findFirst();
  }

  /** What to do to read what could not be read. */
  Optional<String> lack() {
    return isLacking ? disassembler.lack() : Optional.empty();
  }

  private List<String> lacking() {
    isLacking = true;
    return List.of();
  }

  private static String line(Instruction instruction) {
    return "%x: %s".formatted(instruction.address(), instruction.text());
  }
}
