package org.kvm4j.machine.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/** Makes small Multiboot kernels. */
public final class MultibootFile {

  /** Where the header is in the flat file, behind a word that is not loaded. */
  static final int HEADER = 4;

  static final int FLAGS = HEADER + 4;
  static final int CHECKSUM = HEADER + 8;
  static final int HEADER_ADDRESS = HEADER + 12;
  static final int LOAD_ADDRESS = HEADER + 16;
  static final int LOAD_END = HEADER + 20;
  static final int BSS_END = HEADER + 24;
  static final int ENTRY = HEADER + 28;

  static final int ADDRESS = 0x10_0000;
  static final int CODE = HEADER + 32;
  static final int MEMORY_BYTES = 0x2000;

  private static final int MAGIC = 0x1badb002;

  private MultibootFile() {}

  /** A flat one, loaded at 1 MiB. */
  public static byte[] flat(byte[] code) {
    ByteBuffer file = ByteBuffer.allocate(CODE + code.length).order(ByteOrder.LITTLE_ENDIAN);
    header(file.position(HEADER), 1 << 16 | 3);
    file.putInt(ADDRESS).putInt(ADDRESS).putInt(0).putInt(ADDRESS + MEMORY_BYTES);
    file.putInt(ADDRESS + 32).put(code);
    return file.array();
  }

  /** An ELF file for 32-bit x86 with the header behind its code, entered at a virtual address. */
  public static byte[] elf32(byte[] code) {
    byte[] elf = PvhFile.elf32(code);
    int header = (elf.length + 3) & -4;
    ByteBuffer file =
        ByteBuffer.wrap(Arrays.copyOf(elf, header + 12)).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0x18, 0xc020_0000).putInt(52 + 8, 0xc020_0000); // e_entry, p_vaddr
    header(file.position(header), 3);
    return file.array();
  }

  static void header(ByteBuffer file, int flags) {
    file.putInt(MAGIC).putInt(flags).putInt(-(MAGIC + flags));
  }

  static Path flat(Path directory, Consumer<ByteBuffer> change) throws IOException {
    byte[] file = flat(new byte[] {(byte) 0xf4});
    change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    return Files.write(directory.resolve("kernel"), file);
  }
}
