package org.kvm4j.machine.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/** A regular file that is not empty, open from its check to its load. */
final class BootFile implements AutoCloseable {

  private final String what;
  private final Path path;
  private final FileChannel channel;
  private final long sizeBytes;

  private BootFile(String what, Path path, FileChannel channel, long sizeBytes) {
    this.what = what;
    this.path = path;
    this.channel = channel;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Opens it.
   *
   * @param what what to call it in errors, such as "Kernel"
   */
  static BootFile open(String what, Path path) {
    if (Files.isDirectory(path)) {
      throw error(what, path, "is a directory. Name the file in it.");
    }
    // Opening a FIFO would block until somebody writes to it.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw error(what, path, "is not a regular file. Copy what it gives to a file.");
    }
    try {
      BootFile file = of(what, path, FileChannel.open(path, StandardOpenOption.READ));
      if (file.sizeBytes == 0) {
        file.close();
        throw file.error("is empty. Copy or download it again.");
      }
      return file;
    } catch (NoSuchFileException e) {
      throw new BootException("%s %s: no such file. Check the name.".formatted(what, path), e);
    } catch (AccessDeniedException e) {
      throw new BootException(
          "%s %s: not readable by this user. Change its permissions.".formatted(what, path), e);
    } catch (IOException e) {
      throw unreadable(what, path, e);
    }
  }

  private static BootFile of(String what, Path path, FileChannel channel) throws IOException {
    try {
      return new BootFile(what, path, channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** An exception about this file; {@code why} begins after "Kernel /boot/vmlinuz: ". */
  BootException error(String why) {
    return error(what, path, why);
  }

  /** Little-endian bytes, fewer than {@code length} where the file ends earlier. */
  ByteBuffer read(long offset, int length) {
    long there = Math.max(0, Math.min(length, sizeBytes - offset));
    ByteBuffer bytes = ByteBuffer.allocate((int) there).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offset + bytes.position()) < 0) {
          throw cut();
        }
      }
    } catch (IOException e) {
      throw unreadable(what, path, e);
    }
    return bytes.flip();
  }

  /** Copies a part, which must be within the file, straight into guest memory. */
  void load(long offset, long length, GuestMemory memory, long address) {
    try {
      channel.position(offset);
      if (memory.readFrom(channel, address, length) < length) {
        throw cut();
      }
    } catch (IOException e) {
      throw unreadable(what, path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(what + " " + path, e);
    }
  }

  private BootException cut() {
    return error("became shorter while it was read. Wait until it is written, then try again.");
  }

  private static BootException error(String what, Path path, String why) {
    return new BootException("%s %s: %s".formatted(what, path, why));
  }

  private static BootException unreadable(String what, Path path, IOException e) {
    return new BootException(
        "%s %s: cannot be read: %s. Check the file and its disk."
            .formatted(what, path, e.getMessage()),
        e);
  }
}
