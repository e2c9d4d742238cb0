package org.kvm4j.machine.explain;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The symbol table of an ELF file, of 32 or 64 bits. ELF-64 Object File Format, version 1.5,
 * chapters 3 and 5; System V ABI, chapter 4.
 */
final class ElfSymbols {

  private static final int EI_CLASS = 4;
  private static final int ELFCLASS64 = 2;
  private static final int SHT_SYMTAB = 2;
  private static final int STT_NOTYPE = 0;
  private static final int STT_FUNC = 2;
  private static final int TYPE_MASK = 0xf;
  private static final int SHN_UNDEF = 0;
  private static final int SHN_LORESERVE = 0xff00;
  private static final int EHDR_BYTES = 64;
  private static final int MOST_NAME_BYTES = 512;

  private final FileChannel file;
  private final boolean wide;

  private final ByteBuffer header;

  ElfSymbols(FileChannel file) throws IOException {
    this.file = file;
    header = read(file, 0, EHDR_BYTES);
    wide = header.limit() == EHDR_BYTES && header.get(EI_CLASS) == ELFCLASS64;
  }

  /** By address; none if the file is stripped, empty if it is damaged. */
  Optional<SortedMap<Long, String>> names() throws IOException {
    if (header.limit() < EHDR_BYTES) {
      return Optional.empty();
    }
    long offset = word(header, wide ? 0x28 : 0x20);
    int entryBytes = wide ? 64 : 40;
    int count = Short.toUnsignedInt(header.getShort(wide ? 0x3c : 0x30));
    ByteBuffer sections = read(file, offset, count * entryBytes);
    if (sections.limit() < count * entryBytes) {
      return Optional.empty();
    }
    for (int at = 0; at < sections.limit(); at += entryBytes) {
      if (sections.getInt(at + 4) == SHT_SYMTAB) {
        int link = sections.getInt(at + (wide ? 0x28 : 0x18));
        return link < 0 || link >= count
            ? Optional.empty()
            : names(section(sections, at), section(sections, link * entryBytes));
      }
    }
    return Optional.of(new TreeMap<>());
  }

  /** What a section holds, if that is in the file and not too much. */
  private Optional<ByteBuffer> section(ByteBuffer sections, int at) throws IOException {
    long offset = word(sections, at + (wide ? 0x18 : 0x10));
    long size = word(sections, at + (wide ? 0x20 : 0x14));
    if (offset < 0 || size < 0 || size > SymbolFile.MOST_BYTES || offset > file.size() - size) {
      return Optional.empty();
    }
    return Optional.of(read(file, offset, (int) size));
  }

  private Optional<SortedMap<Long, String>> names(
      Optional<ByteBuffer> symbols, Optional<ByteBuffer> texts) {
    if (symbols.isEmpty() || texts.isEmpty()) {
      return Optional.empty();
    }
    SortedMap<Long, String> names = new TreeMap<>(Long::compareUnsigned);
    ByteBuffer table = symbols.get();
    int entryBytes = wide ? 24 : 16;
    for (int at = 0; at + entryBytes <= table.limit(); at += entryBytes) {
      int type = table.get(at + (wide ? 4 : 12)) & TYPE_MASK;
      int section = Short.toUnsignedInt(table.getShort(at + (wide ? 6 : 14)));
      if ((type == STT_FUNC || type == STT_NOTYPE)
          && section != SHN_UNDEF
          && section < SHN_LORESERVE) {
        String name = text(texts.get(), table.getInt(at));
        if (!name.isEmpty()) {
          Symbols.add(names, word(table, at + (wide ? 8 : 4)), name);
        }
      }
    }
    return Optional.of(names);
  }

  private static String text(ByteBuffer texts, int from) {
    int end = from;
    while (end >= 0 && end < texts.limit() && end - from < MOST_NAME_BYTES && texts.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[Math.max(0, end - from)];
    if (name.length > 0) {
      texts.get(from, name);
    }
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private long word(ByteBuffer bytes, int at) {
    return wide ? bytes.getLong(at) : Integer.toUnsignedLong(bytes.getInt(at));
  }

  /** Little-endian bytes, fewer where the file ends earlier. */
  static ByteBuffer read(FileChannel file, long offset, int length) throws IOException {
    long there = offset < 0 ? 0 : Math.max(0, Math.min(length, file.size() - offset));
    ByteBuffer bytes = ByteBuffer.allocate((int) there).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) >= 0) {
      // reads on
    }
    return bytes.flip();
  }
}
