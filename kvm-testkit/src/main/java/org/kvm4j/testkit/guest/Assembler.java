package org.kvm4j.testkit.guest;

import org.kvm4j.testkit.guest.Encoder.Absolute;
import org.kvm4j.testkit.guest.Encoder.Direct;
import org.kvm4j.testkit.guest.Encoder.Indirect;
import org.kvm4j.testkit.guest.Encoder.Operand;

/**
 * Writes instructions for 64-bit mode, one after the other, as a driver would use them.
 *
 * <p>Numbers in names are bits. What is loaded or read is zero-extended into the whole register.
 * Arithmetic is on 32 bits and clears the upper half, as the processor does. Absolute addresses are
 * below 4 GiB; an {@code int} counts as unsigned. Port instructions use RDX for the port and RAX
 * for the value, whatever register is named: keep nothing there. Names are the manual's mnemonics
 * where these are readable. AMD64 Architecture Programmer's Manual, volume 3.
 *
 * <p>A subclass adds what its guests do often. Not thread-safe.
 *
 * @param <S> the subclass itself, so that calls can be chained
 */
public abstract class Assembler<S extends Assembler<S>> extends RegisterInstructions<S> {

  /** Without instructions. */
  protected Assembler() {}

  // Loads

  /** movzx register, byte [address]. */
  public final S load8(Register to, long address) {
    return load(1, to, new Absolute(address));
  }

  /** movzx register, byte [base + offset]. */
  public final S load8(Register to, Register base, int offset) {
    return load(1, to, new Indirect(base, offset));
  }

  /** movzx register, word [address]. */
  public final S load16(Register to, long address) {
    return load(2, to, new Absolute(address));
  }

  /** movzx register, word [base + offset]. */
  public final S load16(Register to, Register base, int offset) {
    return load(2, to, new Indirect(base, offset));
  }

  /** mov register, dword [address]. */
  public final S load32(Register to, long address) {
    return load(4, to, new Absolute(address));
  }

  /** mov register, dword [base + offset]. */
  public final S load32(Register to, Register base, int offset) {
    return load(4, to, new Indirect(base, offset));
  }

  /** mov register, qword [address]. */
  public final S load64(Register to, long address) {
    return load(8, to, new Absolute(address));
  }

  /** mov register, qword [base + offset]. */
  public final S load64(Register to, Register base, int offset) {
    return load(8, to, new Indirect(base, offset));
  }

  // Stores

  /** mov byte [address], value. */
  public final S store8(long address, int value) {
    return storeValue(1, address, value);
  }

  /** mov byte [address], register. */
  public final S store8(long address, Register from) {
    return store(1, new Absolute(address), from);
  }

  /** mov byte [base + offset], register. */
  public final S store8(Register base, int offset, Register from) {
    return store(1, new Indirect(base, offset), from);
  }

  /** mov word [address], value. */
  public final S store16(long address, int value) {
    return storeValue(2, address, value);
  }

  /** mov word [address], register. */
  public final S store16(long address, Register from) {
    return store(2, new Absolute(address), from);
  }

  /** mov word [base + offset], register. */
  public final S store16(Register base, int offset, Register from) {
    return store(2, new Indirect(base, offset), from);
  }

  /** mov dword [address], value. */
  public final S store32(long address, int value) {
    return storeValue(4, address, value);
  }

  /** mov dword [address], register. */
  public final S store32(long address, Register from) {
    return store(4, new Absolute(address), from);
  }

  /** mov dword [base + offset], register. */
  public final S store32(Register base, int offset, Register from) {
    return store(4, new Indirect(base, offset), from);
  }

  /** mov qword [address], register. */
  public final S store64(long address, Register from) {
    return store(8, new Absolute(address), from);
  }

  /** mov qword [base + offset], register. */
  public final S store64(Register base, int offset, Register from) {
    return store(8, new Indirect(base, offset), from);
  }

  /** cmp dword [address], value. */
  public final S cmp32(long address, int value) {
    encode(4, 7, new Absolute(address), 0x81);
    return number(value, 4);
  }

  /** inc dword [address]. */
  public final S inc32(long address) {
    return encode(4, 0, new Absolute(address), 0xff);
  }

  // Ports

  /** mov edx, port; in al, dx; movzx register, al. */
  public final S in8(Register to, int port) {
    port(port);
    bytes(0xec);
    return encode(4, to.number(), new Direct(Register.RAX), 0x0f, 0xb6);
  }

  /** mov edx, port; in ax, dx; movzx register, ax. */
  public final S in16(Register to, int port) {
    port(port);
    bytes(0x66, 0xed);
    return encode(4, to.number(), new Direct(Register.RAX), 0x0f, 0xb7);
  }

  /** mov edx, port; in eax, dx; mov register, eax. */
  public final S in32(Register to, int port) {
    port(port);
    bytes(0xed);
    return to == Register.RAX ? self() : encode(4, Register.RAX.number(), new Direct(to), 0x89);
  }

  /** mov eax, value; mov edx, port; out dx, al. */
  public final S out8(int port, int value) {
    return mov(Register.RAX, value & 0xff).out8(port, Register.RAX);
  }

  /** mov rax, register; mov edx, port; out dx, al. */
  public final S out8(int port, Register from) {
    toRax(from);
    port(port);
    return bytes(0xee);
  }

  /** mov eax, value; mov edx, port; out dx, ax. */
  public final S out16(int port, int value) {
    return mov(Register.RAX, value & 0xffff).out16(port, Register.RAX);
  }

  /** mov rax, register; mov edx, port; out dx, ax. */
  public final S out16(int port, Register from) {
    toRax(from);
    port(port);
    return bytes(0x66, 0xef);
  }

  /** mov eax, value; mov edx, port; out dx, eax. */
  public final S out32(int port, int value) {
    return mov(Register.RAX, value).out32(port, Register.RAX);
  }

  /** mov rax, register; mov edx, port; out dx, eax. */
  public final S out32(int port, Register from) {
    toRax(from);
    port(port);
    return bytes(0xef);
  }

  /** rep insb: fills memory from a port, byte by byte. Uses RCX, RDX and RDI. */
  public final S repInsb(long address, int port, int count) {
    mov(Register.RDI, new Absolute(address).address()).mov(Register.RCX, count);
    port(port);
    return bytes(0xf3, 0x6c);
  }

  /** rep outsb: writes memory to a port, byte by byte. Uses RCX, RDX and RSI. */
  public final S repOutsb(int port, long address, int count) {
    mov(Register.RSI, new Absolute(address).address()).mov(Register.RCX, count);
    port(port);
    return bytes(0xf3, 0x6e);
  }

  private void port(int port) {
    mov(Register.RDX, port);
  }

  private void toRax(Register from) {
    if (from != Register.RAX) {
      mov(Register.RAX, from);
    }
  }

  private S load(int sizeBytes, Register to, Operand from) {
    return switch (sizeBytes) {
      case 1 -> encode(4, to.number(), from, 0x0f, 0xb6);
      case 2 -> encode(4, to.number(), from, 0x0f, 0xb7);
      default -> encode(sizeBytes, to.number(), from, 0x8b);
    };
  }

  private S store(int sizeBytes, Operand to, Register from) {
    return encode(sizeBytes, from.number(), to, sizeBytes == 1 ? 0x88 : 0x89);
  }

  private S storeValue(int sizeBytes, long address, int value) {
    encode(sizeBytes, 0, new Absolute(address), sizeBytes == 1 ? 0xc6 : 0xc7);
    return number(value, sizeBytes);
  }
}
