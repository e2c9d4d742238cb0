package org.kvm4j.machine.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/** Makes ELF files with the note that names a PVH entry. */
public final class PvhFile {

  static final long ENTRY = ElfFile.TEXT_ADDRESS + 0x80;

  /** Fields of the note in the file for 64 bits. */
  static final int NOTE_TYPE = ElfFile.FILE_BYTES + 8;

  static final int NOTE_NAME = NOTE_TYPE + 4;
  static final int NOTE_VALUE = NOTE_NAME + 4;

  /** Of the file for 32 bits. */
  static final long ADDRESS = 0x20_0000;

  static final int CODE_BYTES = 1;

  private static final int NOTE_BYTES = 24;
  private static final int EHDR32_BYTES = 52;
  private static final int PHDR32_BYTES = 32;
  private static final int CODE32 = EHDR32_BYTES + 2 * PHDR32_BYTES;

  private PvhFile() {}

  static byte[] elf64() {
    byte[] bytes = Arrays.copyOf(ElfFile.bytes(), ElfFile.FILE_BYTES + NOTE_BYTES);
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(ElfFile.NOTE + ElfFile.P_TYPE, 4);
    file.putLong(ElfFile.NOTE + ElfFile.P_OFFSET, ElfFile.FILE_BYTES);
    file.putLong(ElfFile.NOTE + ElfFile.P_FILESZ, NOTE_BYTES);
    note(file.position(ElfFile.FILE_BYTES), Long.BYTES).putLong(ENTRY);
    return bytes;
  }

  /** One segment with a {@code hlt} at {@link #ADDRESS} that has a page of memory. */
  static byte[] elf32() {
    return elf32(new byte[] {(byte) 0xf4});
  }

  /** One segment with a page of memory at {@link #ADDRESS}, where its code begins. */
  public static byte[] elf32(byte[] code) {
    int note = CODE32 + code.length;
    ByteBuffer file = ByteBuffer.allocate(note + NOTE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c457f).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
    file.putShort(0x10, (short) 2).putShort(0x12, (short) 3); // ET_EXEC, EM_386
    file.putInt(0x18, 0x1234).putInt(0x1c, EHDR32_BYTES); // e_entry, e_phoff
    file.putShort(0x2a, (short) PHDR32_BYTES).putShort(0x2c, (short) 2); // e_phentsize, e_phnum
    header(file.position(EHDR32_BYTES), 1, CODE32, code.length, 4096); // PT_LOAD
    header(file, 4, note, NOTE_BYTES, NOTE_BYTES); // PT_NOTE
    file.put(code);
    note(file, Integer.BYTES).putInt((int) ADDRESS);
    return file.array();
  }

  private static void header(ByteBuffer file, int type, int offset, int bytes, int memory) {
    file.putInt(type).putInt(offset).putInt((int) ADDRESS).putInt((int) ADDRESS);
    file.putInt(bytes).putInt(memory).putInt(7).putInt(4); // flags, alignment
  }

  private static ByteBuffer note(ByteBuffer file, int valueBytes) {
    return file.putInt(4).putInt(valueBytes).putInt(18).put(new byte[] {'X', 'e', 'n', 0});
  }

  static Path elf64(Path directory) throws IOException {
    return elf64(directory, file -> {});
  }

  static Path elf64(Path directory, Consumer<ByteBuffer> change) throws IOException {
    return changed(elf64(), directory, change);
  }

  static Path elf32(Path directory) throws IOException {
    return elf32(directory, file -> {});
  }

  static Path elf32(Path directory, Consumer<ByteBuffer> change) throws IOException {
    return changed(elf32(), directory, change);
  }

  private static Path changed(byte[] file, Path directory, Consumer<ByteBuffer> change)
      throws IOException {
    change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    return Files.write(directory.resolve("kernel"), file);
  }
}
