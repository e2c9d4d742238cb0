package org.kvm4j.testkit;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;

/** A log that keeps its messages, every level of it. Threading: any thread. */
public final class RecordingLog implements System.Logger {

  private final String name;
  private final List<String> messages = new ArrayList<>(); // guarded by this

  /** With the name that {@link #getName} gives. */
  public RecordingLog(String name) {
    this.name = name;
  }

  /** The messages so far, each after its level: {@code WARNING: no room}. */
  public synchronized List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean isLoggable(Level level) {
    return level != Level.OFF;
  }

  @Override
  public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
    add(level, thrown == null ? message : message + ": " + thrown);
  }

  @Override
  public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
    boolean plain = parameters == null || parameters.length == 0;
    add(level, plain ? format : MessageFormat.format(format, parameters));
  }

  private synchronized void add(Level level, String message) {
    if (isLoggable(level)) {
      messages.add(level + ": " + message);
    }
  }
}
