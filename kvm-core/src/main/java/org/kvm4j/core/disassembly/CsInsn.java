package org.kvm4j.core.disassembly;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.kvm4j.core.device.OneLine;

/**
 * struct cs_insn of capstone/capstone.h: {@code unsigned id; uint64_t address; uint16_t size;
 * uint8_t bytes[]; char mnemonic[32]; char op_str[160]; cs_detail *detail}. Its bytes became more
 * with version 5.
 */
enum CsInsn {
  V4(4, 16),
  V5(5, 24);

  private static final int ADDRESS = 8;
  private static final int SIZE = 16;
  private static final int BYTES = 18;
  private static final int CS_MNEMONIC_SIZE = 32;
  private static final int OP_STR_SIZE = 160;

  private final int majorVersion;
  private final int mnemonic;
  private final int opStr;

  CsInsn(int majorVersion, int bytes) {
    this.majorVersion = majorVersion;
    mnemonic = BYTES + bytes;
    opStr = mnemonic + CS_MNEMONIC_SIZE;
  }

  /** Of the version that cs_version tells, if it is known. */
  static Optional<CsInsn> of(int version) {
    return Arrays.stream(values()).filter(v -> v.majorVersion == version >>> 8).findFirst();
  }

  /** sizeof(struct cs_insn). */
  int sizeBytes() {
    int end = opStr + OP_STR_SIZE;
    int detail = (end + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    return detail + Long.BYTES;
  }

  /** One of an array. */
  Instruction read(ByteBuffer array, int index) {
    int at = index * sizeBytes();
    String operands = text(array, at + opStr, OP_STR_SIZE);
    return new Instruction(
        array.getLong(at + ADDRESS),
        Short.toUnsignedInt(array.getShort(at + SIZE)),
        OneLine.of((text(array, at + mnemonic, CS_MNEMONIC_SIZE) + " " + operands).strip()));
  }

  /** Up to its NUL, which hostile code is not trusted to have left in its place. */
  private static String text(ByteBuffer array, int at, int mostBytes) {
    byte[] bytes = new byte[mostBytes];
    array.get(at, bytes);
    int end = 0;
    while (end < mostBytes && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
  }
}
