package org.kvm4j.testkit;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The lines of a recording, plain or gzipped, read one at a time: a recording may be large. */
final class RecordingReader implements Closeable {

  /** No line of a recorder is as long, whatever options a device has. */
  static final int MAX_LINE_BYTES = 16_384;

  private static final String FIRST_LINE = "kvm4j-recording 1";
  private static final int GZIP_MAGIC = 0x1f;

  private final Path file;
  private final InputStream in;
  private final byte[] buffer = new byte[MAX_LINE_BYTES];
  private int lineNumber;

  private RecordingReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Opens a recording and reads its first line.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is no recording, or one of another version
   */
  static RecordingReader open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      in.mark(1);
      boolean zipped = in.read() == GZIP_MAGIC;
      in.reset();
      in = zipped ? new BufferedInputStream(new GZIPInputStream(in)) : in;
      RecordingReader reader = new RecordingReader(file, in);
      if (!reader.nextLine().equals(FIRST_LINE)) {
        throw reader.wrong(
            "the first line is not '%s'. Use a file that 'kvm4j run --record' of this version made."
                .formatted(FIRST_LINE));
      }
      return reader;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The next line that says something, or an empty text at the end. */
  String next() throws IOException {
    String line = nextLine();
    while (line.startsWith("#") || (line.isBlank() && !isAtEnd())) {
      line = nextLine();
    }
    return line.strip();
  }

  /** The number of the line read last, from 1 on. */
  int lineNumber() {
    return lineNumber;
  }

  /** What is wrong with the line read last. */
  IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(
        "%s, line %d: %s".formatted(file.getFileName(), lineNumber, why));
  }

  private boolean isAtEnd() throws IOException {
    in.mark(1);
    boolean end = in.read() < 0;
    in.reset();
    return end;
  }

  private String nextLine() throws IOException {
    lineNumber++;
    int length = 0;
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (length == MAX_LINE_BYTES) {
        throw wrong("it is longer than %d bytes. This is no recording.".formatted(MAX_LINE_BYTES));
      }
      buffer[length++] = (byte) next;
    }
    return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
