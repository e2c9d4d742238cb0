package org.kvm4j.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A descriptor of this process, as the kernel shows it in {@code /proc}.
 *
 * @param number the descriptor
 * @param name what it stands for: a path, or {@code anon_inode:} and a name
 * @param flags as open(2) and fcntl(2) know them, O_CLOEXEC included
 */
record OpenFile(int number, String name, int flags) {

  static final int O_ACCMODE = 3;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x8_0000; // 02000000

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** All that KVM gave. */
  static List<OpenFile> ofKvm() throws IOException {
    return all().stream()
        .filter(
            file ->
                file.name().equals(Kvm.DEVICE.toString())
                    || file.name().startsWith("anon_inode:kvm"))
        .toList();
  }

  /** All whose names are so. */
  static List<OpenFile> named(String name) throws IOException {
    return all().stream().filter(file -> file.name().equals(name)).toList();
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private static List<OpenFile> all() throws IOException {
    List<OpenFile> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(DESCRIPTORS)) {
      for (Path entry : entries.toList()) {
        look(entry).ifPresent(files::add);
      }
    }
    return files;
  }

  private static Optional<OpenFile> look(Path entry) throws IOException {
    String number = entry.getFileName().toString();
    try {
      String name = Files.readSymbolicLink(entry).toString();
      String flags =
          Files.readAllLines(Path.of("/proc/self/fdinfo", number)).stream()
              .filter(line -> line.startsWith("flags:"))
              .findFirst()
              .orElseThrow();
      return Optional.of(
          new OpenFile(
              Integer.parseInt(number),
              name,
              (int) Long.parseLong(flags.replace("flags:", "").strip(), 8)));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // closed since it was listed, such as the listing itself
    }
  }
}
