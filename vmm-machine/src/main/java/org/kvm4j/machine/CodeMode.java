package org.kvm4j.machine;

/** The mode of the processor that plain machine code is entered in. */
public enum CodeMode {

  /** Real mode with all segments at 0 and a stack below 0x7c00. */
  REAL(16),

  /** 32-bit protected mode without paging, with flat segments and a small stack. */
  PROTECTED(32),

  /** 64-bit mode with the first 4 GiB mapped at their own addresses and a small stack. */
  LONG(64);

  private final int bits;

  CodeMode(int bits) {
    this.bits = bits;
  }

  /** How wide its registers are: 16, 32 or 64. */
  public int bits() {
    return bits;
  }
}
