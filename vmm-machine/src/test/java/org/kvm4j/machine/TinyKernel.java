package org.kvm4j.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The least ELF file that is taken for a kernel: one segment with a {@code hlt}. */
final class TinyKernel {

  static final long ENTRY = 0x20_0000;

  private static final int EHDR_BYTES = 64;
  private static final int PHDR_BYTES = 56;

  private TinyKernel() {}

  static Path in(Path directory) throws IOException {
    ByteBuffer file =
        ByteBuffer.allocate(EHDR_BYTES + PHDR_BYTES + 1).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c_457f).put(4, (byte) 2).put(5, (byte) 1); // 64 bits, little-endian
    file.putShort(0x10, (short) 2).putShort(0x12, (short) 62); // ET_EXEC, EM_X86_64
    file.putLong(0x18, ENTRY).putLong(0x20, EHDR_BYTES); // e_entry, e_phoff
    file.putShort(0x36, (short) PHDR_BYTES).putShort(0x38, (short) 1); // e_phentsize, e_phnum
    file.putInt(EHDR_BYTES, 1).putLong(EHDR_BYTES + 0x08, EHDR_BYTES + PHDR_BYTES); // PT_LOAD
    file.putLong(EHDR_BYTES + 0x18, ENTRY); // p_paddr
    file.putLong(EHDR_BYTES + 0x20, 1).putLong(EHDR_BYTES + 0x28, 1); // p_filesz, p_memsz
    file.put(EHDR_BYTES + PHDR_BYTES, (byte) 0xf4);
    return Files.write(directory.resolve("vmlinux"), file.array());
  }
}
