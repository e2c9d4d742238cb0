package org.kvm4j.testkit;

import java.util.Optional;
import org.kvm4j.device.VmEvent;

/**
 * One thing that the framework did to a device, or the device to the world; the numbers mean what
 * the {@link Kind} says.
 *
 * @param event what the device asked for in a {@link Kind#REQUEST}
 */
record Happening(Kind kind, long first, long second, long third, Optional<VmEvent> event) {

  /** What a read of a stream that had nothing is recorded with. */
  static final long NOTHING = -1;

  /** The words of a recording; docs/recording.md describes each. */
  enum Kind {
    CREATE("create", true, ""),
    RESET("reset", true, ""),
    OUT("out", true, "xdx"),
    IN("in", true, "xdx"),
    STORE("store", true, "xdx"),
    LOAD("load", true, "xdx"),
    TIMER("timer", true, "d"),
    READY("ready", true, "d"),
    LINE("line", false, "dd"),
    READ("read", false, "dx"),
    WRITE("write", false, "dxd"),
    REQUEST("request", false, "e"),
    EXIT("exit", false, "d"),
    FAULT("fault", false, "t");

    private final String word;
    private final boolean call;
    private final String format;

    /** With a letter for each value: decimal, hexadecimal, event, or text, which does not count. */
    Kind(String word, boolean call, String format) {
      this.word = word;
      this.call = call;
      this.format = format;
    }

    /** The framework calls the device; everything else is an effect within such a call. */
    boolean isCall() {
      return call;
    }
  }

  static Happening of(Kind kind, long... values) {
    return new Happening(
        kind,
        values.length > 0 ? values[0] : 0,
        values.length > 1 ? values[1] : 0,
        values.length > 2 ? values[2] : 0,
        Optional.empty());
  }

  static Happening request(VmEvent event) {
    return new Happening(Kind.REQUEST, 0, 0, 0, Optional.of(event));
  }

  /**
   * Reads one from the words of a line.
   *
   * @param from the index of the word that names the kind
   * @throws IllegalArgumentException saying what is wrong with which word
   */
  static Happening parse(String[] words, int from) {
    Kind kind = kindOf(words[from]);
    if (words.length - from - 1 != kind.format.length()) {
      throw new IllegalArgumentException(
          "'%s' has %d values. Give it %d."
              .formatted(kind.word, words.length - from - 1, kind.format.length()));
    }
    if (kind == Kind.REQUEST) {
      return request(event(words[from + 1]));
    }
    long[] values = new long[kind.format.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = parseValue(words[from + 1 + i], kind.format.charAt(i));
    }
    Happening happening = of(kind, values);
    happening.check();
    return happening;
  }

  /** A number as the file has it: decimal, or hexadecimal with 0x. */
  static long number(String text) {
    try {
      return text.startsWith("0x")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'%s' is no number.".formatted(text), e);
    }
  }

  /** As many ones as an access of {@code size} bytes has bits. */
  static long ones(long size) {
    return -1L >>> (64 - 8 * size);
  }

  private static Kind kindOf(String word) {
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("'%s' is no event of a recording.".formatted(word));
  }

  private static long parseValue(String text, char format) {
    if (format == 't') {
      return 0;
    }
    return text.equals("-") ? NOTHING : number(text);
  }

  private static VmEvent event(String text) {
    for (VmEvent event : VmEvent.values()) {
      if (event.name().equals(text)) {
        return event;
      }
    }
    throw new IllegalArgumentException("'%s' is nothing that a device asks for.".formatted(text));
  }

  private void check() {
    switch (kind) {
      case IN, OUT -> {
        checkRange("port", first, 0, 0xffff);
        checkRange("size", second, 1, 4);
        if (second == 3) {
          throw new IllegalArgumentException("there is no port access of 3 bytes.");
        }
      }
      case LOAD, STORE -> checkRange("size", second, 1, 8);
      case TIMER, READY -> checkRange("number", first, 0, Integer.MAX_VALUE);
      case EXIT -> checkRange("status", first, 0, 0xff);
      case LINE -> checkRange("level", second, 0, 1);
      case READ -> checkRange("byte", second, NOTHING, 0xff);
      case WRITE -> {
        checkRange("byte", second, 0, 0xff);
        checkRange("answer", third, 0, 1);
      }
      default -> {}
    }
  }

  private static void checkRange(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d is not in %d to %d.".formatted(what, value, min, max));
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.word);
    long[] values = {first, second, third};
    for (int i = 0; i < kind.format.length(); i++) {
      text.append(
          switch (kind.format.charAt(i)) {
            case 'e' -> " " + event.orElseThrow();
            case 't' -> "";
            case 'x' ->
                kind == Kind.READ && values[i] == NOTHING
                    ? " -"
                    : " 0x" + Long.toHexString(values[i]);
            default -> " " + values[i];
          });
    }
    return text.toString();
  }
}
