package org.kvm4j.machine.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Makes small ELF kernels: two segments, the second with zeros behind its bytes. */
final class ElfFile {

  static final int E_TYPE = 0x10;
  static final int E_MACHINE = 0x12;
  static final int E_ENTRY = 0x18;
  static final int E_PHOFF = 0x20;
  static final int E_PHENTSIZE = 0x36;
  static final int E_PHNUM = 0x38;

  /** The program headers, and fields in one of them. */
  static final int TEXT = 64;

  static final int DATA = TEXT + 56;
  static final int NOTE = DATA + 56;
  static final int P_TYPE = 0;
  static final int P_OFFSET = 0x08;
  static final int P_PADDR = 0x18;
  static final int P_FILESZ = 0x20;
  static final int P_MEMSZ = 0x28;

  static final long TEXT_ADDRESS = 0x20_0000;
  static final long DATA_ADDRESS = 0x30_0000;
  static final int TEXT_OFFSET = 0x200;
  static final int DATA_OFFSET = 0x400;
  static final int FILE_BYTES = 0x500;
  static final int DATA_MEMORY_BYTES = 0x3000;
  static final long ENTRY = TEXT_ADDRESS + 0x40;

  private ElfFile() {}

  static byte[] bytes() {
    byte[] bytes = new byte[FILE_BYTES];
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < FILE_BYTES; i++) {
      file.put(i, (byte) (i / 7 + 1));
    }
    file.put(0, new byte[NOTE + 56]);
    file.putInt(0, 0x464c457f);
    file.put(4, (byte) 2);
    file.put(5, (byte) 1);
    file.put(6, (byte) 1);
    file.putShort(E_TYPE, (short) 2);
    file.putShort(E_MACHINE, (short) 62);
    file.putLong(E_ENTRY, ENTRY);
    file.putLong(E_PHOFF, TEXT);
    file.putShort(E_PHENTSIZE, (short) 56);
    file.putShort(E_PHNUM, (short) 3);
    int textBytes = DATA_OFFSET - TEXT_OFFSET;
    segment(file, TEXT, TEXT_OFFSET, TEXT_ADDRESS, textBytes, textBytes);
    segment(file, DATA, DATA_OFFSET, DATA_ADDRESS, FILE_BYTES - DATA_OFFSET, DATA_MEMORY_BYTES);
    file.putInt(NOTE + P_TYPE, 0x6474e551); // PT_GNU_STACK
    file.putLong(NOTE + P_FILESZ, -1);
    return bytes;
  }

  private static void segment(
      ByteBuffer file, int header, int offset, long address, int fileBytes, int memoryBytes) {
    file.putInt(header + P_TYPE, 1);
    file.putLong(header + P_OFFSET, offset);
    file.putLong(header + P_PADDR, address);
    file.putLong(header + P_FILESZ, fileBytes);
    file.putLong(header + P_MEMSZ, memoryBytes);
  }

  static Path in(Path directory) throws IOException {
    return in(directory, file -> {});
  }

  static Path in(Path directory, Consumer<ByteBuffer> change) throws IOException {
    byte[] file = bytes();
    change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    return Files.write(directory.resolve("vmlinux"), file);
  }
}
