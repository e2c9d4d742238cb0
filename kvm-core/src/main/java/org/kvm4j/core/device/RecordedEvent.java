package org.kvm4j.core.device;

/** The events of a recording, as docs/recording.md describes them. */
enum RecordedEvent {
  CREATE("create", "", true),
  RESET("reset", "", true),
  OUT("out", "xdx", true),
  IN("in", "xdx", true),
  STORE("store", "xdx", true),
  LOAD("load", "xdx", true),
  TIMER("timer", "d", true),
  READY("ready", "d", true),
  LINE("line", "dd", false),
  READ("read", "db", false),
  WRITE("write", "dbd", false),
  REQUEST("request", "t", false),
  EXIT("exit", "d", false),
  FAULT("fault", "t", false);

  final String word;
  final boolean isCall;
  private final String format;

  /** With a letter for each value: decimal, hexadecimal, byte or nothing, text. */
  RecordedEvent(String word, String format, boolean isCall) {
    this.word = word;
    this.format = format;
    this.isCall = isCall;
  }

  int valueCount() {
    return format.length();
  }

  char format(int index) {
    return format.charAt(index);
  }
}
