package org.kvm4j.testkit.guest;

import org.kvm4j.testkit.guest.Encoder.Direct;
import org.kvm4j.testkit.guest.Encoder.Operand;

/** The half of {@link Assembler} that concerns the processor alone: no memory, no ports. */
abstract class RegisterInstructions<S extends RegisterInstructions<S>> {

  private static final int OPCODES_AN_OPERATION = 8;

  private final Encoder encoder = new Encoder();

  /** {@code this}. */
  protected abstract S self();

  /**
   * The code, for the address where it will lie.
   *
   * @param origin below 4 GiB
   * @throws IllegalStateException if an instruction refers to a label that there is not
   */
  public final byte[] assemble(long origin) {
    return encoder.finish(origin);
  }

  /**
   * The distance of a label from the start of the code, in bytes.
   *
   * @throws IllegalStateException if there is no such label
   */
  public final int position(String label) {
    return encoder.position(label);
  }

  /** Names the place of the next instruction; jumps to it may come before. */
  public final S label(String name) {
    encoder.label(name);
    return self();
  }

  /** Bytes as they are, for an instruction that has no method here. */
  public final S bytes(int... bytes) {
    encoder.bytes(bytes);
    return self();
  }

  // Moves

  /** mov register, value: 32 bits; the upper half is cleared. */
  public final S mov(Register to, int value) {
    return mov(to, Integer.toUnsignedLong(value));
  }

  /** mov register, value: all 64 bits. */
  public final S mov(Register to, long value) {
    boolean wide = value >>> 32 != 0;
    encoder.shortForm(wide, 0xb8, to);
    encoder.number(value, wide ? 8 : 4);
    return self();
  }

  /** mov register, register: 64 bits. */
  public final S mov(Register to, Register from) {
    return encode(8, from.number(), new Direct(to), 0x89);
  }

  /** mov register, the address of a label. */
  public final S mov(Register to, String label) {
    encoder.shortForm(false, 0xb8, to);
    encoder.addressOf(label);
    return self();
  }

  /** push register: 64 bits. */
  public final S push(Register register) {
    encoder.shortForm(false, 0x50, register);
    return self();
  }

  /** pop register: 64 bits. */
  public final S pop(Register register) {
    encoder.shortForm(false, 0x58, register);
    return self();
  }

  // Arithmetic on 32 bits

  /** add register, value. */
  public final S add(Register to, int value) {
    return arithmetic(0, to, value);
  }

  /** add register, register. */
  public final S add(Register to, Register other) {
    return arithmetic(0, to, other);
  }

  /** or register, value. */
  public final S or(Register to, int value) {
    return arithmetic(1, to, value);
  }

  /** or register, register. */
  public final S or(Register to, Register other) {
    return arithmetic(1, to, other);
  }

  /** and register, value. */
  public final S and(Register to, int value) {
    return arithmetic(4, to, value);
  }

  /** and register, register. */
  public final S and(Register to, Register other) {
    return arithmetic(4, to, other);
  }

  /** sub register, value. */
  public final S sub(Register to, int value) {
    return arithmetic(5, to, value);
  }

  /** sub register, register. */
  public final S sub(Register to, Register other) {
    return arithmetic(5, to, other);
  }

  /** xor register, value. */
  public final S xor(Register to, int value) {
    return arithmetic(6, to, value);
  }

  /** xor register, register. */
  public final S xor(Register to, Register other) {
    return arithmetic(6, to, other);
  }

  /** cmp register, value. */
  public final S cmp(Register register, int value) {
    return arithmetic(7, register, value);
  }

  /** cmp register, register. */
  public final S cmp(Register register, Register other) {
    return arithmetic(7, register, other);
  }

  /** test register, value: zero if no bit of the value is set. */
  public final S test(Register register, int value) {
    encode(4, 0, new Direct(register), 0xf7);
    return number(value, 4);
  }

  /** test register, register. */
  public final S test(Register register, Register other) {
    return encode(4, other.number(), new Direct(register), 0x85);
  }

  /** shl register, bits. */
  public final S shl(Register register, int bits) {
    encode(4, 4, new Direct(register), 0xc1);
    return number(bits, 1);
  }

  /** shr register, bits. */
  public final S shr(Register register, int bits) {
    encode(4, 5, new Direct(register), 0xc1);
    return number(bits, 1);
  }

  // Control flow

  /** jmp label. */
  public final S jmp(String label) {
    return branch(label, 0xe9);
  }

  /** jz label: after a comparison of equal numbers. */
  public final S jz(String label) {
    return branch(label, 0x0f, 0x84);
  }

  /** jnz label. */
  public final S jnz(String label) {
    return branch(label, 0x0f, 0x85);
  }

  /** jb label: unsigned below. */
  public final S jb(String label) {
    return branch(label, 0x0f, 0x82);
  }

  /** jae label: unsigned above or equal. */
  public final S jae(String label) {
    return branch(label, 0x0f, 0x83);
  }

  /** call label. */
  public final S call(String label) {
    return branch(label, 0xe8);
  }

  /** ret. */
  public final S ret() {
    return bytes(0xc3);
  }

  /** iretq: the end of an interrupt handler. */
  public final S iret() {
    return bytes(0x48, 0xcf);
  }

  /** hlt. */
  public final S hlt() {
    return bytes(0xf4);
  }

  /** cli: interrupts off. */
  public final S cli() {
    return bytes(0xfa);
  }

  /** sti: interrupts on, after the next instruction. */
  public final S sti() {
    return bytes(0xfb);
  }

  /** The eight classic operations share their encoding but for a number. */
  private S arithmetic(int operation, Register to, int value) {
    encode(4, operation, new Direct(to), 0x81);
    return number(value, 4);
  }

  private S arithmetic(int operation, Register to, Register other) {
    return encode(4, other.number(), new Direct(to), operation * OPCODES_AN_OPERATION + 1);
  }

  private S branch(String label, int... opcode) {
    encoder.bytes(opcode);
    encoder.distanceTo(label);
    return self();
  }

  final S encode(int sizeBytes, int reg, Operand operand, int... opcode) {
    encoder.instruction(sizeBytes, reg, operand, opcode);
    return self();
  }

  final S number(long value, int sizeBytes) {
    encoder.number(value, sizeBytes);
    return self();
  }
}
