package com.example.thermometer;

import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** Takes lines of text from the host and answers each. */
final class ControlLine {

  /** Of a longer line, the rest is dropped, and the answer says so. */
  static final int MAX_LINE_BYTES = 64;

  private final HostStream stream;
  private final UnaryOperator<String> command;

  /** What has come of a line so far, and how long the whole is if that is not too long. */
  private final byte[] line = new byte[MAX_LINE_BYTES];

  private int length;
  private boolean tooLong;

  /**
   * Nothing has come yet.
   *
   * @param command from a line to its answer
   */
  ControlLine(HostStream stream, UnaryOperator<String> command) {
    this.stream = stream;
    this.command = command;
    stream.onReady(this::readAll);
  }

  /** Forgets the beginning of a line, and takes what waits. */
  void reset() {
    forgetLine();
    readAll();
  }

  private void readAll() {
    for (int next = stream.read(); next != HostStream.NOTHING; next = stream.read()) {
      if (next == '\n') {
        endLine();
      } else if (length == MAX_LINE_BYTES) {
        tooLong = true;
      } else {
        line[length++] = (byte) next;
      }
    }
  }

  private void endLine() {
    String text = new String(line, 0, length, StandardCharsets.ISO_8859_1).strip();
    String answer =
        tooLong
            ? "error: a line has at most %d bytes".formatted(MAX_LINE_BYTES)
            : command.apply(text);
    forgetLine();
    answer(answer + "\n");
  }

  private void answer(String text) {
    for (byte each : text.getBytes(StandardCharsets.ISO_8859_1)) {
      if (!stream.write(each)) {
        return; // nobody reads, and a guest does not wait for that
      }
    }
  }

  private void forgetLine() {
    length = 0;
    tooLong = false;
  }

  void save(StateWriter out) {
    byte[] begun = new byte[length];
    System.arraycopy(line, 0, begun, 0, length);
    out.put("control_line", begun).put("control_too_long", tooLong);
  }

  /** Reads all and changes nothing; what it returns takes over. */
  Runnable prepareRestore(StateReader in) {
    byte[] saved = in.bytes("control_line", MAX_LINE_BYTES);
    boolean savedTooLong = in.booleanValue("control_too_long");
    return () -> {
      System.arraycopy(saved, 0, line, 0, saved.length);
      length = saved.length;
      tooLong = savedTooLong;
      readAll();
    };
  }
}
