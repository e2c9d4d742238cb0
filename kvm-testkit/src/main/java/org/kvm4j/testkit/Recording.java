package org.kvm4j.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What one device of a recording saw, call by call; docs/recording.md describes the format.
 *
 * <p>Recordings are not trusted: what is wrong is an {@link IllegalArgumentException} that names
 * the line, and a file takes no more memory for being large.
 */
final class Recording implements Closeable {

  /** Far more than a call can have: a device reads no more from a stream than it has room for. */
  static final int MAX_EFFECTS = 10_000;

  private static final int CALL_WORDS = 4;

  /** One line about the device. */
  record Event(int lineNumber, String text, long timeNanos, Happening what) {}

  /**
   * One call of the device.
   *
   * @param effects what the device did during it, in order
   */
  record Call(Event event, List<Event> effects) {}

  private final RecordingReader reader;
  private final BiPredicate<String, String> wanted;
  private final String wantedText;
  private final Map<String, String> options = new HashMap<>();
  private String id = "";
  private long wallClockMillis;
  private boolean onlyAccesses;
  private long lastNanos;
  private String line;

  /**
   * Opens a recording and reads it as far as the device's first event.
   *
   * @param wanted chooses the device by its id and its type
   * @param wantedText what is chosen, for messages
   * @throws IllegalArgumentException if there is no such device
   */
  static Recording open(Path file, BiPredicate<String, String> wanted, String wantedText)
      throws IOException {
    Recording recording = new Recording(RecordingReader.open(file), wanted, wantedText);
    try {
      recording.advance();
      return recording;
    } catch (IOException | RuntimeException e) {
      recording.close();
      throw e;
    }
  }

  private Recording(RecordingReader reader, BiPredicate<String, String> wanted, String wantedText) {
    this.reader = reader;
    this.wanted = wanted;
    this.wantedText = wantedText;
  }

  /** The device's name in the recorded VM. */
  String id() {
    return id;
  }

  /** The device's options, name to text. */
  Map<String, String> options() {
    return options;
  }

  /** The wall clock at VM time 0, in milliseconds since 1970. */
  long wallClockMillis() {
    return wallClockMillis;
  }

  /** Whether only what the guest did was recorded, by something else than kvm4j. */
  boolean isOnlyAccesses() {
    return onlyAccesses;
  }

  /** The next call; none at the end, where effects that have no call are those of a file cut. */
  Optional<Call> next() throws IOException {
    List<Event> effects = new ArrayList<>();
    while (!line.isEmpty()) {
      Event event = parse(line);
      boolean isCall = event.what().kind().isCall();
      if (!isCall && effects.size() == MAX_EFFECTS) {
        throw reader.wrong("one call has more than %d effects.".formatted(MAX_EFFECTS));
      }
      advance();
      if (isCall) {
        return Optional.of(new Call(event, effects));
      }
      effects.add(event);
    }
    return Optional.empty();
  }

  /** Goes on to the device's next event; header lines on the way are taken in. */
  private void advance() throws IOException {
    for (line = reader.next(); !line.isEmpty(); line = reader.next()) {
      if (Character.isDigit(line.charAt(0))) {
        String[] words = words(line, CALL_WORDS);
        if (words[2].equals(id)) {
          return;
        }
      } else {
        readHeader(line);
      }
    }
    if (id.isEmpty()) {
      throw reader.wrong("it ends without a device %s.".formatted(wantedText));
    }
  }

  private void readHeader(String text) {
    String[] words = words(text, 1);
    switch (words[0]) {
      case "wall-clock" -> wallClockMillis = number(words(text, 2)[1]);
      case "only-accesses" -> onlyAccesses = true;
      case "device" -> {
        words(text, 3);
        if (wanted.test(words[1], words[2])) {
          choose(words);
        }
      }
      default -> throw reader.wrong("'%s' is no word of a recording.".formatted(words[0]));
    }
  }

  private void choose(String[] words) {
    if (!id.isEmpty()) {
      throw reader.wrong(
          "%s is a second device %s beside %s. Name the one to replay."
              .formatted(words[1], wantedText, id));
    }
    id = words[1];
    for (int i = 3; i < words.length; i++) {
      String[] option = words[i].split("=", 2);
      if (option.length != 2) {
        throw reader.wrong("option '%s' has no value.".formatted(words[i]));
      }
      options.put(unescape(option[0]), unescape(option[1]));
    }
  }

  private Event parse(String text) {
    String[] words = words(text, CALL_WORDS);
    Happening what;
    try {
      what = Happening.parse(words, CALL_WORDS - 1);
    } catch (IllegalArgumentException e) {
      throw reader.wrong(e.getMessage());
    }
    if (what.kind().isCall() == words[1].equals(".")) {
      throw reader.wrong("a dot stands before effects, and only there.");
    }
    long timeNanos = number(words[0]);
    if (what.kind().isCall()) {
      if (timeNanos < lastNanos) {
        throw reader.wrong("time goes back from %d to %d ns.".formatted(lastNanos, timeNanos));
      }
      lastNanos = timeNanos;
    }
    return new Event(reader.lineNumber(), text, timeNanos, what);
  }

  private String[] words(String text, int atLeast) {
    String[] words = text.split(" +");
    if (words.length < atLeast) {
      throw reader.wrong("it has %d words of at least %d.".formatted(words.length, atLeast));
    }
    return words;
  }

  private long number(String text) {
    try {
      return Happening.number(text);
    } catch (IllegalArgumentException e) {
      throw reader.wrong(e.getMessage());
    }
  }

  private String unescape(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw reader.wrong("'%s' has a damaged %% escape.".formatted(text));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
