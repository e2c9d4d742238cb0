package org.kvm4j.machine.boot;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/**
 * A regular file that is not empty, open from its check to its load; or what one holds in
 * compressed form, in a temporary file without a name.
 */
final class BootFile implements AutoCloseable {

  /** Far more than any kernel; a small file can unpack to terabytes. */
  static final long MOST_UNPACKED_BYTES = 1L << 30;

  private static final int BUFFER_BYTES = 1 << 16;

  private final String what;
  private final Path path;
  private final String origin;
  private final FileChannel channel;
  private final long sizeBytes;

  private BootFile(String what, Path path, String origin, FileChannel channel, long sizeBytes) {
    this.what = what;
    this.path = path;
    this.origin = origin;
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
      BootFile file = of(what, path, "", FileChannel.open(path, StandardOpenOption.READ));
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

  private static BootFile of(String what, Path path, String origin, FileChannel channel)
      throws IOException {
    try {
      return new BootFile(what, path, origin, channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** How a sentence calls it: {@code noun} with how it was compressed. */
  String describe(String noun) {
    return noun + origin;
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

  /** What this file holds as a whole. */
  BootFile unpack(Compression format) {
    return unpack(format, 0, sizeBytes, OptionalLong.empty(), MOST_UNPACKED_BYTES);
  }

  /**
   * What a part of this file, which must be within it, holds.
   *
   * @param size how many bytes that is, if it is known; what may follow is left alone
   * @param most how many it may be
   * @throws BootException if it is damaged, too large, or there is no room for it
   */
  BootFile unpack(Compression format, long offset, long length, OptionalLong size, long most) {
    try (InputStream packed = new BufferedInputStream(new Part(offset, length), BUFFER_BYTES);
        InputStream plain = unpacking(format, packed)) {
      return temporary(
          " compressed with " + format.title(),
          target -> copy(format, plain, target, size.orElse(Long.MAX_VALUE), most));
    } catch (IOException e) {
      throw unreadable(what, path, e);
    }
  }

  /** A copy of a part of this file, which must be within it. */
  BootFile copy(long offset, long length) {
    return temporary("", target -> target.transferFrom(channel.position(offset), 0, length));
  }

  private interface Filling {
    void fill(FileChannel target) throws IOException;
  }

  private BootFile temporary(String newOrigin, Filling filling) {
    try {
      Path file = Files.createTempFile("kvm4j", ".kernel");
      FileChannel target;
      try {
        target = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      } finally {
        Files.delete(file);
      }
      try {
        filling.fill(target);
        return of(what, path, newOrigin, target);
      } catch (IOException | RuntimeException e) {
        target.close();
        throw e;
      }
    } catch (IOException e) {
      throw new BootException(
          "%s %s: cannot be unpacked into a temporary file: %s. Make room in %s, or unpack it by hand."
              .formatted(what, path, e.getMessage(), System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  private InputStream unpacking(Compression format, InputStream packed) {
    try {
      return format.unpack(packed);
    } catch (IOException e) {
      throw damaged(format, e);
    } catch (LinkageError e) {
      throw new BootException(
          "%s %s: compressed with %s, whose library does not load here: %s. Unpack it by hand."
              .formatted(
                  what,
                  path,
                  format.title(),
                  String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private void copy(Compression format, InputStream plain, FileChannel target, long size, long most)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long done = 0;
    while (done < size) {
      int count;
      try {
        count = plain.read(buffer, 0, (int) Math.min(buffer.length, size - done));
      } catch (IOException e) {
        throw damaged(format, e);
      }
      if (count < 0) {
        break;
      }
      done += count;
      if (done > most) {
        throw error(
            "unpacks to more than %d MiB, which is no kernel. Check where it is from."
                .formatted(most >> 20));
      }
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
      while (bytes.hasRemaining()) {
        target.write(bytes);
      }
    }
    if (done == 0) {
      throw error("has nothing in it when it is unpacked. Copy or download it again.");
    }
  }

  private BootException damaged(Compression format, IOException e) {
    return new BootException(
        "%s %s: compressed with %s, and damaged: %s. Copy or download it again."
            .formatted(what, path, format.title(), e.getMessage()),
        e);
  }

  /** A part of the file as a stream, which leaves the file open when it is closed. */
  private final class Part extends InputStream {

    private long at;
    private final long end;

    Part(long offset, long length) {
      at = offset;
      end = offset + length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int most = (int) Math.min(length, end - at);
      if (most == 0) {
        return length == 0 ? 0 : -1;
      }
      int count = channel.read(ByteBuffer.wrap(target, offset, most), at);
      at += Math.max(0, count);
      return count;
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
