package org.kvm4j.core.sys;

import java.nio.ByteBuffer;

/**
 * What kvm4j calls of the disassembler Capstone, with the names and results of capstone/capstone.h.
 *
 * <p>Threading: any thread, but one handle only by one at a time.
 */
public interface Capstone {

  /** csh is a size_t. */
  int SIZEOF_CSH = Long.BYTES;

  /** cs_err: no error. */
  int CS_ERR_OK = 0;

  /** cs_arch. */
  int CS_ARCH_X86 = 3;

  /** cs_mode: the code is for 16-bit segments. */
  int CS_MODE_16 = 1 << 1;

  /** cs_mode: the code is for 32-bit segments. */
  int CS_MODE_32 = 1 << 2;

  /** cs_mode: the code is for 64-bit mode. */
  int CS_MODE_64 = 1 << 3;

  /** cs_version: the interface's number, its major part in bits 8 and up. */
  int version();

  /** cs_open, which stores a handle. */
  int open(int arch, int mode, ByteBuffer handle);

  /** cs_close. */
  int close(ByteBuffer handle);

  /**
   * cs_disasm, which stores the address of as many struct cs_insn as it returns.
   *
   * @param code from its position to its limit; direct
   * @param instructions takes the address; direct
   */
  long disassemble(long handle, ByteBuffer code, long address, long count, ByteBuffer instructions);

  /** cs_free, of what {@link #disassemble} has stored, if that was not none. */
  void free(long instructions, long count);

  /** Native memory as a little-endian buffer; valid until it is freed. */
  ByteBuffer view(long address, int lengthBytes);
}
