package org.kvm4j.machine.explain;

import java.util.Arrays;
import java.util.Optional;

/**
 * The few instructions that a guest tends to stand at when something is wrong, by their bytes.
 *
 * <p>This is no disassembler: whatever is not here is shown as bytes alone. Intel SDM volume 2.
 */
enum KnownInstruction {
  HLT("hlt", "f4"),
  CLI("cli", "fa"),
  STI("sti", "fb"),
  PAUSE("pause", "f390"),
  JMP_SELF("jmp to itself", "ebfe"),
  JMP_SELF_32("jmp to itself", "e9fbffffff"),
  UD2("ud2, an undefined instruction on purpose", "0f0b"),
  INT3("int3, a breakpoint", "cc"),
  IN_IMMEDIATE_8("in al, imm8", "e4"),
  IN_IMMEDIATE("in eax, imm8", "e5"),
  OUT_IMMEDIATE_8("out imm8, al", "e6"),
  OUT_IMMEDIATE("out imm8, eax", "e7"),
  IN_8("in al, dx", "ec"),
  IN("in eax, dx", "ed"),
  OUT_8("out dx, al", "ee"),
  OUT("out dx, eax", "ef"),
  SYSCALL("syscall", "0f05"),
  WBINVD("wbinvd", "0f09"),
  RDTSC("rdtsc", "0f31"),
  RDMSR("rdmsr", "0f32"),
  WRMSR("wrmsr", "0f30"),
  CPUID("cpuid", "0fa2"),
  MOV_FROM_CR("mov from a control register", "0f20"),
  MOV_TO_CR("mov to a control register", "0f22"),
  VMCALL("vmcall", "0f01c1"),
  CLAC("clac", "0f01ca"),
  STAC("stac", "0f01cb"),
  XGETBV("xgetbv", "0f01d0"),
  XSETBV("xsetbv", "0f01d1"),
  VMMCALL("vmmcall", "0f01d9"),
  IRET("iret", "cf"),
  IRETQ("iretq", "48cf"),
  RET("ret", "c3");

  private final String text;
  private final String bytes;

  KnownInstruction(String text, String bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  static Optional<KnownInstruction> at(CpuState state) {
    return Arrays.stream(values())
        .filter(known -> known != IRETQ || state.bits() == 64) // 0x48 is a dec elsewhere
        .filter(known -> state.codeText("").startsWith(known.bytes))
        .findFirst();
  }

  /** Whether the vCPU stays at it for ever. */
  boolean isEndlessLoop() {
    return this == JMP_SELF || this == JMP_SELF_32;
  }

  /** Mnemonic first, destination before source. */
  String text() {
    return text;
  }
}
