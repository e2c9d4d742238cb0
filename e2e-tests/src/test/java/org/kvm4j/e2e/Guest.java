package org.kvm4j.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A Linux guest on its serial console: what it printed, and a keyboard. */
final class Guest implements AutoCloseable {

  /** Far more than any step takes, so that only a guest that hangs meets it. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Process process;
  private final OutputStream keyboard;
  private final StringBuilder screen = new StringBuilder();
  private final Thread reader;
  private int seen;
  private boolean ended;

  private Guest(Process process) {
    this.process = process;
    this.keyboard = process.getOutputStream();
    this.reader = new Thread(this::readScreen, "guest-screen");
    reader.start();
  }

  /** Boots the Debian kernel and the test initramfs, as {@code ./kvm4j demo} does. */
  static Guest boot(String commandLine, String... runOptions) throws IOException {
    return bootWith(List.of(), commandLine, runOptions);
  }

  /** As {@link #boot}, with more files, which the guest finds in {@code /extra}. */
  static Guest bootWith(List<String> files, String commandLine, String... runOptions)
      throws IOException {
    return start(command(Tool.outputOf("guest-kernel"), files, commandLine, runOptions));
  }

  /** As {@link #boot}, with another kernel file. */
  static Guest bootKernel(String kernel, String commandLine, String... runOptions)
      throws IOException {
    return start(command(kernel, List.of(), commandLine, runOptions));
  }

  /** As {@link #boot}, on a terminal, where the launcher has keys of its own. */
  static Guest bootOnTerminal(String commandLine, String... runOptions) throws IOException {
    String quoted =
        command(Tool.outputOf("guest-kernel"), List.of(), commandLine, runOptions).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    return start(List.of("script", "-qec", quoted, "/dev/null"));
  }

  /**
   * As {@link #boot}, with the seconds on the clock of the machine whose KVM it uses before each
   * line of the screen.
   */
  static Guest bootWithTimestamps(String commandLine, String... runOptions) throws IOException {
    ProcessBuilder booting =
        builder(command(Tool.outputOf("guest-kernel"), List.of(), commandLine, runOptions));
    booting.environment().put("KVM4J_TIMESTAMP", "1");
    return new Guest(booting.start());
  }

  private static List<String> command(
      String kernel, List<String> files, String commandLine, String... runOptions)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Tool.path("boot-linux"));
    command.add(kernel);
    command.add(Tool.outputOf("guest-initramfs", files.toArray(String[]::new)));
    command.add("--cmdline");
    command.add(commandLine);
    command.addAll(List.of(runOptions));
    return command;
  }

  private static Guest start(List<String> command) throws IOException {
    return new Guest(builder(command).start());
  }

  private static ProcessBuilder builder(List<String> command) {
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /** A guest that a process boots on its stdin and stdout. */
  static Guest of(Process process) {
    return new Guest(process);
  }

  /** Types into the guest. */
  void type(String text) throws IOException {
    keyboard.write(text.getBytes(StandardCharsets.US_ASCII));
    keyboard.flush();
  }

  /** Of a guest that was booted on a terminal. The guest's acpid says so and switches it off. */
  void pressPowerButton() throws IOException {
    type("\001b"); // Ctrl-A b
  }

  /**
   * Waits until the guest prints a text, after what was waited for before.
   *
   * @return what it printed in between
   */
  synchronized String awaitText(String text) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (screen.indexOf(text, seen) < 0) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (ended || millis <= 0) {
        throw new AssertionError(
            "the guest did not print '%s'. Its screen:%n%s".formatted(text, screen));
      }
      wait(millis);
    }
    int at = screen.indexOf(text, seen);
    String before = screen.substring(seen, at);
    seen = at + text.length();
    return before;
  }

  /** Waits for the launcher's end; its exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the guest did not end. Its screen:%n%s".formatted(screen()));
    }
    reader.join();
    return process.exitValue();
  }

  /** All that was printed so far, by the guest and about it. */
  synchronized String screen() {
    return screen.toString();
  }

  /** The lines of the kernel's log, with the timestamps before them if there are such. */
  List<String> kernelLog() {
    return screen().lines().filter(line -> line.matches("([\\d.]+ )?\\[ *\\d+\\.\\d+].*")).toList();
  }

  @Override
  public void close() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    reader.join();
  }

  private void readScreen() {
    byte[] buffer = new byte[4096];
    try (InputStream in = process.getInputStream()) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      append("%nreading the guest's screen failed: %s%n".formatted(e));
    }
    end();
  }

  private synchronized void append(String text) {
    screen.append(text.replace("\r", ""));
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }
}
