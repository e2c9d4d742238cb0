package org.kvm4j.machine.explain;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kvm4j.KvmException;

/** Reads the names of code from a file that is not to be trusted. */
final class SymbolFile {

  /** Of a System.map, or of an ELF file's tables: more than ten times Linux's. */
  static final long MOST_BYTES = 64 << 20;

  private static final int ELF_MAGIC = 0x464c_457f;

  /** Of nm: code, local or not, weak or not. /proc/kallsyms adds the module. */
  private static final Pattern LINE =
      Pattern.compile("([0-9a-fA-F]{1,16}) [tTwW] (\\S{1,512})(\\s.*)?");

  private static final String USE =
      "Give a System.map, or an ELF vmlinux that was not stripped, of the guest's kernel.";

  private SymbolFile() {}

  static boolean isElf(Path file) {
    if (!Files.isRegularFile(file)) { // opening a FIFO would block
      return false;
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer magic = ElfSymbols.read(channel, 0, Integer.BYTES);
      return magic.limit() == Integer.BYTES && magic.getInt(0) == ELF_MAGIC;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static Symbols read(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw error(file, "is not a regular file");
    }
    try {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      SortedMap<Long, String> names = isElf(file) ? elf(file) : systemMap(file);
      names.remove(0L); // as /proc/kallsyms has them for all but root
      if (names.isEmpty()) {
        throw error(file, "has no names of code");
      }
      return Symbols.of(names);
    } catch (NoSuchFileException e) {
      throw new KvmException("Symbols %s: no such file. Check the name.".formatted(file), e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static SortedMap<Long, String> elf(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      Optional<SortedMap<Long, String>> names = new ElfSymbols(channel).names();
      return names.orElseThrow(() -> error(file, "is damaged, or has tables of more than 64 MiB"));
    }
  }

  private static SortedMap<Long, String> systemMap(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw error(file, "has more than 64 MiB");
    }
    SortedMap<Long, String> names = new TreeMap<>(Long::compareUnsigned);
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()) {
          Symbols.add(names, Long.parseUnsignedLong(matcher.group(1), 16), matcher.group(2));
        }
      }
    }
    return names;
  }

  private static KvmException error(Path file, String why) {
    return new KvmException("Symbols %s: %s. %s".formatted(file, why, USE));
  }

  private static KvmException unreadable(Path file, IOException e) {
    return new KvmException(
        "Symbols %s: cannot be read: %s. Check the file and its permissions."
            .formatted(file, e.getMessage()),
        e);
  }
}
