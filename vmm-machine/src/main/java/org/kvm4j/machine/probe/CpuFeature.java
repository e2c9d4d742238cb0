package org.kvm4j.machine.probe;

import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;

/**
 * The CPUID bits that instructions depend on, by their kernel names without {@code X86_FEATURE_}.
 * arch/x86/include/asm/cpufeatures.h; Intel SDM volume 2, CPUID.
 */
enum CpuFeature {
  FPU(0x1, 0, Register.EDX, 0),
  CX8(0x1, 0, Register.EDX, 8),
  CLFLUSH(0x1, 0, Register.EDX, 19),
  FXSR(0x1, 0, Register.EDX, 24),
  XMM(0x1, 0, Register.EDX, 25),
  XMM2(0x1, 0, Register.EDX, 26),
  CX16(0x1, 0, Register.ECX, 13),
  X2APIC(0x1, 0, Register.ECX, 21),
  POPCNT(0x1, 0, Register.ECX, 23),
  XSAVE(0x1, 0, Register.ECX, 26),
  RDRAND(0x1, 0, Register.ECX, 30),
  FSGSBASE(0x7, 0, Register.EBX, 0),
  INVPCID(0x7, 0, Register.EBX, 10),
  RDSEED(0x7, 0, Register.EBX, 18),
  SMAP(0x7, 0, Register.EBX, 20),
  XSAVEOPT(0xd, 1, Register.EAX, 0),
  XSAVEC(0xd, 1, Register.EAX, 1),
  XSAVES(0xd, 1, Register.EAX, 3),
  SYSCALL(0x8000_0001, 0, Register.EDX, 11),
  RDTSCP(0x8000_0001, 0, Register.EDX, 27);

  private enum Register {
    EAX,
    EBX,
    ECX,
    EDX;

    int of(CpuidEntry entry) {
      return switch (this) {
        case EAX -> entry.eax();
        case EBX -> entry.ebx();
        case ECX -> entry.ecx();
        case EDX -> entry.edx();
      };
    }
  }

  private final int leaf;
  private final int subleaf;
  private final Register register;
  private final int bit;

  CpuFeature(int leaf, int subleaf, Register register, int bit) {
    this.leaf = leaf;
    this.subleaf = subleaf;
    this.register = register;
    this.bit = bit;
  }

  boolean isOfferedBy(CpuidTable table) {
    return table
        .find(leaf, subleaf)
        .map(entry -> (register.of(entry) >>> bit & 1) != 0)
        .orElse(false);
  }
}
