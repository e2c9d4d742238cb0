package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.sys.PollSet.POLLIN;
import static org.kvm4j.core.sys.PollSet.POLLOUT;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;

/** A descriptor for tests, on the host's side of a stream. Waits are bounded. */
record Fd(int number) implements AutoCloseable {

  private static final Syscalls LIBC = NativeLibc.INSTANCE;
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int CHUNK_BYTES = 4096;

  static Fd open(Path path, int flags) {
    int fd = LIBC.open(path.toString(), flags | Fcntl.O_NOCTTY);
    assertTrue(fd >= 0, () -> "open " + path + ": " + fd);
    return new Fd(fd);
  }

  /** A pseudo-terminal's master with the settings of a new terminal: echo, line mode, Ctrl-S. */
  static Fd newPty() {
    int fd = LIBC.openPty();
    assertTrue(fd >= 0, () -> "openPty: " + fd);
    return new Fd(fd);
  }

  /** The terminal behind a pseudo-terminal's master. */
  Fd slave() {
    return open(Path.of(LIBC.ptyName(number)), Fcntl.O_RDWR);
  }

  /** A named pipe: its reading end, then its writing end. */
  static Fd[] pipe(Path newPath) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder("mkfifo", newPath.toString()).start().waitFor());
    Fd reader = open(newPath, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
    return new Fd[] {reader, open(newPath, Fcntl.O_WRONLY)};
  }

  void write(byte[] bytes) {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    for (int at = 0; at < bytes.length; ) {
      assertTrue((await(POLLOUT) & POLLOUT) != 0, "nobody takes it");
      chunk.clear().put(bytes, at, Math.min(256, bytes.length - at)).flip();
      int count = LIBC.write(number, chunk);
      assertTrue(count > 0, () -> "write: " + count);
      at += count;
    }
  }

  void write(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] read(int count) {
    ByteBuffer all = ByteBuffer.allocateDirect(count);
    while (all.hasRemaining()) {
      assertTrue((await(POLLIN) & POLLIN) != 0, "nothing comes");
      int result = LIBC.read(number, all.limit(Math.min(count, all.position() + CHUNK_BYTES)));
      all.limit(count);
      assertTrue(result > 0, () -> "read: " + result + " after " + all.position());
    }
    byte[] bytes = new byte[count];
    all.flip().get(bytes);
    return bytes;
  }

  String readText(int count) {
    return new String(read(count), StandardCharsets.UTF_8);
  }

  /** What poll says now. */
  int pollNow(int events) {
    return poll(events, 0);
  }

  private int await(int events) {
    return poll(events, PATIENCE_MILLIS);
  }

  private int poll(int events, int timeoutMillis) {
    PollSet poll = new PollSet(LIBC, 1);
    poll.set(0, number, events);
    poll.await(timeoutMillis);
    return poll.revents(0);
  }

  @Override
  public void close() {
    LIBC.close(number);
  }
}
