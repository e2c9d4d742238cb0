package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.kvm4j.core.abi.FdKind;

/**
 * The descriptors and mappings of a {@link ScriptedKernel}: each is given back once.
 *
 * <p>Threading: its caller's lock.
 */
final class OpenResources {

  /** Takes no ioctl: an eventfd, a statistics file, a guest_memfd. */
  private static final String FILE = "FILE";

  private static final int FIRST_FD = 10;

  /** Descriptor to what it is: the name of a {@link FdKind}, or {@link #FILE}. */
  private final Map<Integer, String> fds = new TreeMap<>();

  private final Map<Long, ByteBuffer> mappings = new HashMap<>();
  private int nextFd = FIRST_FD;

  /** A new descriptor that takes ioctls. */
  int fd(FdKind kind) {
    return opened(kind.name());
  }

  /** A new descriptor that takes none. */
  int file() {
    return opened(FILE);
  }

  private int opened(String kind) {
    fds.put(nextFd, kind);
    return nextFd++;
  }

  boolean is(int fd, FdKind kind) {
    return kind.name().equals(fds.get(fd));
  }

  boolean isFile(int fd) {
    return FILE.equals(fds.get(fd));
  }

  /** For messages. */
  String kindOf(int fd) {
    return fds.getOrDefault(fd, "not open");
  }

  void close(int fd) {
    if (fds.remove(fd) == null) {
      throw new AssertionError("close of " + fd + ", which is not open");
    }
  }

  /** Gives the address. */
  long map(long address, ByteBuffer memory) {
    mappings.put(address, memory);
    return address;
  }

  void unmap(long address, long lengthBytes) {
    ByteBuffer memory = mappings.remove(address);
    if (memory == null || memory.capacity() != lengthBytes) {
      throw new AssertionError("munmap of what is not mapped like this");
    }
  }

  /** The one mapping of this length. */
  ByteBuffer mappingOf(int lengthBytes) {
    return mappings.values().stream()
        .filter(memory -> memory.capacity() == lengthBytes)
        .findAny()
        .orElseThrow();
  }

  void assertNone() {
    assertEquals(Map.of(), fds, "descriptors left open");
    assertEquals(Map.of(), mappings, "mappings left");
  }
}
