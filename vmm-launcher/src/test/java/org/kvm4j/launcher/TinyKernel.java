package org.kvm4j.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The least ELF file that is taken for a kernel: one segment of 64-bit code. */
final class TinyKernel {

  private static final int EHDR_BYTES = 64;
  private static final int PHDR_BYTES = 56;
  private static final long ENTRY = 0x20_0000;

  private TinyKernel() {}

  /** Writes one that executes {@code code}. */
  static Path in(Path directory, byte[] code) throws IOException {
    int offset = EHDR_BYTES + PHDR_BYTES;
    ByteBuffer file = ByteBuffer.allocate(offset + code.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c_457f).put(4, (byte) 2).put(5, (byte) 1); // 64 bits, little-endian
    file.putShort(0x10, (short) 2).putShort(0x12, (short) 62); // ET_EXEC, EM_X86_64
    file.putLong(0x18, ENTRY).putLong(0x20, EHDR_BYTES); // e_entry, e_phoff
    file.putShort(0x36, (short) PHDR_BYTES).putShort(0x38, (short) 1); // e_phentsize, e_phnum
    file.putInt(EHDR_BYTES, 1).putLong(EHDR_BYTES + 0x08, offset); // PT_LOAD, p_offset
    file.putLong(EHDR_BYTES + 0x18, ENTRY); // p_paddr
    file.putLong(EHDR_BYTES + 0x20, code.length).putLong(EHDR_BYTES + 0x28, code.length);
    file.position(offset).put(code);
    return Files.write(directory.resolve("vmlinux"), file.array());
  }
}
