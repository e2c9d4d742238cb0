package org.kvm4j.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;

/** A device of one register: remembers what is written, answers what a test puts in. */
final class RecordingPort implements PioHandler {

  /** What was written, such as {@code 2 bytes 0x2211}. */
  final List<String> writes = new CopyOnWriteArrayList<>();

  /** One permit for each write. */
  final Semaphore written = new Semaphore(0);

  private final List<Character> characters = new CopyOnWriteArrayList<>();
  private final Queue<Long> answers = new ArrayDeque<>();

  /** What the next reads give; after them, 0. */
  RecordingPort answering(long... values) {
    for (long value : values) {
      answers.add(value);
    }
    return this;
  }

  RecordingPort answering(String text) {
    for (byte character : text.getBytes(StandardCharsets.US_ASCII)) {
      answers.add((long) character);
    }
    return this;
  }

  /** The low bytes of what was written, as text. */
  String text() {
    return characters.stream().map(String::valueOf).collect(Collectors.joining());
  }

  @Override
  public int read(int offset, int size) {
    return (int) answer();
  }

  @Override
  public void write(int offset, int size, int value) {
    record(size, Integer.toUnsignedLong(value));
  }

  /** The same register in memory. */
  MmioHandler inMemory() {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        return answer();
      }

      @Override
      public void write(long offset, int size, long value) {
        record(size, value);
      }
    };
  }

  private long answer() {
    Long next = answers.poll();
    return next == null ? 0 : next;
  }

  private void record(int size, long value) {
    writes.add("%d bytes 0x%x".formatted(size, value));
    characters.add((char) (value & 0xff));
    written.release();
  }
}
