package org.kvm4j;

/**
 * The general registers of a vCPU, in the order of struct kvm_regs.
 *
 * <p>Immutable; {@link #toBuilder} makes a changed copy.
 */
public record Registers(
    long rax,
    long rbx,
    long rcx,
    long rdx,
    long rsi,
    long rdi,
    long rsp,
    long rbp,
    long r8,
    long r9,
    long r10,
    long r11,
    long r12,
    long r13,
    long r14,
    long r15,
    long rip,
    long rflags) {

  /** RFLAGS bit 1, which is always set. */
  public static final long RFLAGS_FIXED = 2;

  /** All zero but the one bit of RFLAGS that cannot be. */
  public static Builder builder() {
    Builder builder = new Builder();
    builder.rflags = RFLAGS_FIXED;
    return builder;
  }

  /** A builder that starts from these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.rax = rax;
    builder.rbx = rbx;
    builder.rcx = rcx;
    builder.rdx = rdx;
    builder.rsi = rsi;
    builder.rdi = rdi;
    builder.rsp = rsp;
    builder.rbp = rbp;
    builder.r8 = r8;
    builder.r9 = r9;
    builder.r10 = r10;
    builder.r11 = r11;
    builder.r12 = r12;
    builder.r13 = r13;
    builder.r14 = r14;
    builder.r15 = r15;
    builder.rip = rip;
    builder.rflags = rflags;
    return builder;
  }

  /** Sets registers one by one. Not thread-safe. */
  public static final class Builder {
    private long rax;
    private long rbx;
    private long rcx;
    private long rdx;
    private long rsi;
    private long rdi;
    private long rsp;
    private long rbp;
    private long r8;
    private long r9;
    private long r10;
    private long r11;
    private long r12;
    private long r13;
    private long r14;
    private long r15;
    private long rip;
    private long rflags;

    private Builder() {}

    /** Sets RAX. */
    public Builder rax(long value) {
      rax = value;
      return this;
    }

    /** Sets RBX. */
    public Builder rbx(long value) {
      rbx = value;
      return this;
    }

    /** Sets RCX. */
    public Builder rcx(long value) {
      rcx = value;
      return this;
    }

    /** Sets RDX. */
    public Builder rdx(long value) {
      rdx = value;
      return this;
    }

    /** Sets RSI. */
    public Builder rsi(long value) {
      rsi = value;
      return this;
    }

    /** Sets RDI. */
    public Builder rdi(long value) {
      rdi = value;
      return this;
    }

    /** Sets RSP. */
    public Builder rsp(long value) {
      rsp = value;
      return this;
    }

    /** Sets RBP. */
    public Builder rbp(long value) {
      rbp = value;
      return this;
    }

    /** Sets R8. */
    public Builder r8(long value) {
      r8 = value;
      return this;
    }

    /** Sets R9. */
    public Builder r9(long value) {
      r9 = value;
      return this;
    }

    /** Sets R10. */
    public Builder r10(long value) {
      r10 = value;
      return this;
    }

    /** Sets R11. */
    public Builder r11(long value) {
      r11 = value;
      return this;
    }

    /** Sets R12. */
    public Builder r12(long value) {
      r12 = value;
      return this;
    }

    /** Sets R13. */
    public Builder r13(long value) {
      r13 = value;
      return this;
    }

    /** Sets R14. */
    public Builder r14(long value) {
      r14 = value;
      return this;
    }

    /** Sets R15. */
    public Builder r15(long value) {
      r15 = value;
      return this;
    }

    /** Sets RIP. */
    public Builder rip(long value) {
      rip = value;
      return this;
    }

    /** Sets RFLAGS. */
    public Builder rflags(long value) {
      rflags = value;
      return this;
    }

    /** The finished registers. */
    public Registers build() {
      return new Registers(
          rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rip,
          rflags);
    }
  }
}
