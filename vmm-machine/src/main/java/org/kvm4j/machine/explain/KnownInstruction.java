package org.kvm4j.machine.explain;

import java.util.Arrays;
import java.util.Optional;

/**
 * The few instructions that a guest tends to stand at when something is wrong, by their bytes.
 *
 * <p>This is no disassembler: whatever is not here is shown as bytes alone. Intel SDM volume 2.
 */
enum KnownInstruction {
  HLT("hlt", 0xf4),
  CLI("cli", 0xfa),
  STI("sti", 0xfb),
  PAUSE("pause", 0xf3, 0x90),
  JMP_SELF("jmp to itself", 0xeb, 0xfe),
  JMP_SELF_32("jmp to itself", 0xe9, 0xfb, 0xff, 0xff, 0xff),
  UD2("ud2, an undefined instruction on purpose", 0x0f, 0x0b),
  INT3("int3, a breakpoint", 0xcc),
  IN_IMMEDIATE_8("in al, imm8", 0xe4),
  IN_IMMEDIATE("in eax, imm8", 0xe5),
  OUT_IMMEDIATE_8("out imm8, al", 0xe6),
  OUT_IMMEDIATE("out imm8, eax", 0xe7),
  IN_8("in al, dx", 0xec),
  IN("in eax, dx", 0xed),
  OUT_8("out dx, al", 0xee),
  OUT("out dx, eax", 0xef),
  SYSCALL("syscall", 0x0f, 0x05),
  WBINVD("wbinvd", 0x0f, 0x09),
  RDTSC("rdtsc", 0x0f, 0x31),
  RDMSR("rdmsr", 0x0f, 0x32),
  WRMSR("wrmsr", 0x0f, 0x30),
  CPUID("cpuid", 0x0f, 0xa2),
  MOV_FROM_CR("mov from a control register", 0x0f, 0x20),
  MOV_TO_CR("mov to a control register", 0x0f, 0x22),
  VMCALL("vmcall", 0x0f, 0x01, 0xc1),
  CLAC("clac", 0x0f, 0x01, 0xca),
  STAC("stac", 0x0f, 0x01, 0xcb),
  XGETBV("xgetbv", 0x0f, 0x01, 0xd0),
  XSETBV("xsetbv", 0x0f, 0x01, 0xd1),
  VMMCALL("vmmcall", 0x0f, 0x01, 0xd9),
  IRET("iret", 0xcf),
  IRETQ("iretq", 0x48, 0xcf),
  RET("ret", 0xc3);

  private final String text;
  private final int[] bytes;

  KnownInstruction(String text, int... bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  static Optional<KnownInstruction> at(CpuState state) {
    return Arrays.stream(values())
        .filter(known -> known != IRETQ || state.bits() == 64) // 0x48 is a dec elsewhere
        .filter(known -> state.isAt(known.bytes))
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
