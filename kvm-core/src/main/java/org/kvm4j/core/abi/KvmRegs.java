package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.Registers;

/** struct kvm_regs: the general registers. */
public final class KvmRegs {

  @C("sizeof(struct kvm_regs)")
  public static final int SIZEOF = 144;

  @C("offsetof(struct kvm_regs, rax)")
  public static final int RAX = 0;

  @C("offsetof(struct kvm_regs, rbx)")
  public static final int RBX = 8;

  @C("offsetof(struct kvm_regs, rcx)")
  public static final int RCX = 16;

  @C("offsetof(struct kvm_regs, rdx)")
  public static final int RDX = 24;

  @C("offsetof(struct kvm_regs, rsi)")
  public static final int RSI = 32;

  @C("offsetof(struct kvm_regs, rdi)")
  public static final int RDI = 40;

  @C("offsetof(struct kvm_regs, rsp)")
  public static final int RSP = 48;

  @C("offsetof(struct kvm_regs, rbp)")
  public static final int RBP = 56;

  @C("offsetof(struct kvm_regs, r8)")
  public static final int R8 = 64;

  @C("offsetof(struct kvm_regs, r9)")
  public static final int R9 = 72;

  @C("offsetof(struct kvm_regs, r10)")
  public static final int R10 = 80;

  @C("offsetof(struct kvm_regs, r11)")
  public static final int R11 = 88;

  @C("offsetof(struct kvm_regs, r12)")
  public static final int R12 = 96;

  @C("offsetof(struct kvm_regs, r13)")
  public static final int R13 = 104;

  @C("offsetof(struct kvm_regs, r14)")
  public static final int R14 = 112;

  @C("offsetof(struct kvm_regs, r15)")
  public static final int R15 = 120;

  @C("offsetof(struct kvm_regs, rip)")
  public static final int RIP = 128;

  @C("offsetof(struct kvm_regs, rflags)")
  public static final int RFLAGS = 136;

  private KvmRegs() {}

  public static Registers read(ByteBuffer b) {
    return new Registers(
        b.getLong(RAX),
        b.getLong(RBX),
        b.getLong(RCX),
        b.getLong(RDX),
        b.getLong(RSI),
        b.getLong(RDI),
        b.getLong(RSP),
        b.getLong(RBP),
        b.getLong(R8),
        b.getLong(R9),
        b.getLong(R10),
        b.getLong(R11),
        b.getLong(R12),
        b.getLong(R13),
        b.getLong(R14),
        b.getLong(R15),
        b.getLong(RIP),
        b.getLong(RFLAGS));
  }

  public static void write(ByteBuffer b, Registers r) {
    b.putLong(RAX, r.rax());
    b.putLong(RBX, r.rbx());
    b.putLong(RCX, r.rcx());
    b.putLong(RDX, r.rdx());
    b.putLong(RSI, r.rsi());
    b.putLong(RDI, r.rdi());
    b.putLong(RSP, r.rsp());
    b.putLong(RBP, r.rbp());
    b.putLong(R8, r.r8());
    b.putLong(R9, r.r9());
    b.putLong(R10, r.r10());
    b.putLong(R11, r.r11());
    b.putLong(R12, r.r12());
    b.putLong(R13, r.r13());
    b.putLong(R14, r.r14());
    b.putLong(R15, r.r15());
    b.putLong(RIP, r.rip());
    b.putLong(RFLAGS, r.rflags());
  }
}
