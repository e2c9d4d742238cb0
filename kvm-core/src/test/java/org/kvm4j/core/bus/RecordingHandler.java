package org.kvm4j.core.bus;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;

/** Writes down what it is asked, and answers each byte with a number of its own. */
final class RecordingHandler {

  private final List<String> calls = new ArrayList<>();
  private final int width;
  private final int firstByte;

  /** Takes accesses of up to {@code width} bytes; offset {@code n} holds {@code firstByte + n}. */
  RecordingHandler(int width, int firstByte) {
    this.width = width;
    this.firstByte = firstByte;
  }

  /** What was called, such as {@code read +3/2} and {@code write +0/1=0x41}. */
  List<String> calls() {
    return calls;
  }

  PioHandler forPorts() {
    return new PioHandler() {
      @Override
      public int read(int offset, int size) {
        return (int) answer(offset, size);
      }

      @Override
      public void write(int offset, int size, int value) {
        calls.add("write +%x/%d=0x%x".formatted(offset, size, value));
      }

      @Override
      public int maxAccessBytes() {
        return width;
      }
    };
  }

  MmioHandler forMemory() {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        return answer(offset, size);
      }

      @Override
      public void write(long offset, int size, long value) {
        calls.add("write +%x/%d=0x%x".formatted(offset, size, value));
      }

      @Override
      public int maxAccessBytes() {
        return width;
      }
    };
  }

  private long answer(long offset, int size) {
    calls.add("read +%x/%d".formatted(offset, size));
    long value = -1; // all ones above the size, which the bus must drop
    for (int i = size - 1; i >= 0; i--) {
      value = value << Byte.SIZE | (firstByte + offset + i & 0xff);
    }
    return value;
  }
}
