package org.kvm4j.machine.explain;

import java.util.Arrays;
import java.util.Optional;

/**
 * The few instructions that a guest tends to stand at when something is wrong, by their bytes: for
 * hosts without a disassembler, and to tell an endless loop. Intel SDM volume 2.
 */
enum KnownInstruction {
  HLT("hlt", "f4"),
  PAUSE("pause", "f390"),
  JMP_SELF("jmp to itself", "ebfe"),
  JMP_SELF_NEAR("jmp to itself", "e9fbffffff", 32 | 64),
  JMP_SELF_NEAR_16("jmp to itself", "e9fdff", 16),
  UD2("ud2, an undefined instruction on purpose", "0f0b"),
  INT3("int3, a breakpoint", "cc"),
  CLI("cli", "fa"),
  STI("sti", "fb"),
  IN_8("in al, dx", "ec"),
  IN_16("in ax, dx", "ed", 16),
  IN_32("in eax, dx", "ed", 32 | 64),
  OUT_8("out dx, al", "ee"),
  OUT_16("out dx, ax", "ef", 16),
  OUT_32("out dx, eax", "ef", 32 | 64),
  RDMSR("rdmsr", "0f32"),
  WRMSR("wrmsr", "0f30"),
  CPUID("cpuid", "0fa2"),
  RET("ret", "c3");

  private final String text;
  private final String bytes;

  /** The modes in which the bytes mean this, each one bit. */
  private final int modes;

  KnownInstruction(String text, String bytes) {
    this(text, bytes, 16 | 32 | 64);
  }

  KnownInstruction(String text, String bytes, int modes) {
    this.text = text;
    this.bytes = bytes;
    this.modes = modes;
  }

  static Optional<KnownInstruction> at(CpuState state) {
    return Arrays.stream(values())
        .filter(known -> (known.modes & state.bits()) != 0)
        .filter(known -> state.codeText("").startsWith(known.bytes))
        .findFirst();
  }

  /** Whether the vCPU stays at it for ever. */
  boolean isEndlessLoop() {
    return this == JMP_SELF || this == JMP_SELF_NEAR || this == JMP_SELF_NEAR_16;
  }

  /** Mnemonic first, destination before source. */
  String text() {
    return text;
  }
}
