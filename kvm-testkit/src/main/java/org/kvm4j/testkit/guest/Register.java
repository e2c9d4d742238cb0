package org.kvm4j.testkit.guest;

/**
 * A general register, named for its 64 bits. How many of them an instruction uses is in the
 * instruction's name: {@code load8}. AMD64 Architecture Programmer's Manual, volume 1, section 3.1.
 */
public enum Register {
  /** Accumulator: what {@code in} and {@code out} move. */
  RAX(0),
  /** Counter: how often {@code rep} repeats. */
  RCX(1),
  /** The port of {@code in} and {@code out}. */
  RDX(2),
  /** Free. */
  RBX(3),
  /** The stack pointer. */
  RSP(4),
  /** Free. */
  RBP(5),
  /** The source of string instructions. */
  RSI(6),
  /** The destination of string instructions. */
  RDI(7),
  /** Free. */
  R8(8),
  /** Free. */
  R9(9),
  /** Free. */
  R10(10),
  /** Free. */
  R11(11),
  /** Free. */
  R12(12),
  /** Free. */
  R13(13),
  /** Free. */
  R14(14),
  /** Free. */
  R15(15);

  private final int number;

  Register(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** The three bits that fit into a ModRM byte; the fourth goes into the REX prefix. */
  int low() {
    return number() & 7;
  }

  boolean isExtended() {
    return number() > 7;
  }
}
