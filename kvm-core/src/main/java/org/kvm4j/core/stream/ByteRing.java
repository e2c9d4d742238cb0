package org.kvm4j.core.stream;

import java.nio.ByteBuffer;

/** A queue of bytes with a fixed capacity that makes no garbage. Not thread-safe. */
final class ByteRing {

  private final byte[] bytes;
  private int first;
  private int size;

  ByteRing(int capacity) {
    bytes = new byte[capacity];
  }

  int size() {
    return size;
  }

  int room() {
    return bytes.length - size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean isFull() {
    return size == bytes.length;
  }

  boolean isAtMostHalfFull() {
    return size <= bytes.length / 2;
  }

  /** Adds one byte. The caller has seen that there is room. */
  void add(int value) {
    bytes[wrap(first + size)] = (byte) value;
    size++;
  }

  /** Takes the oldest byte, 0 to 255. The caller has seen that there is one. */
  int remove() {
    int value = Byte.toUnsignedInt(bytes[first]);
    skip(1);
    return value;
  }

  /** Adds as many bytes as there is room for. */
  void addFrom(ByteBuffer source) {
    while (source.hasRemaining() && !isFull()) {
      int last = wrap(first + size);
      int run = Math.min(Math.min(room(), bytes.length - last), source.remaining());
      source.get(bytes, last, run);
      size += run;
    }
  }

  /** Takes as many bytes as the target has room for. */
  void removeTo(ByteBuffer target) {
    while (target.hasRemaining() && !isEmpty()) {
      int run = Math.min(Math.min(size, bytes.length - first), target.remaining());
      target.put(bytes, first, run);
      skip(run);
    }
  }

  /** A copy of everything, oldest first. */
  byte[] copy() {
    byte[] copy = new byte[size];
    int run = Math.min(size, bytes.length - first);
    System.arraycopy(bytes, first, copy, 0, run);
    System.arraycopy(bytes, 0, copy, run, size - run);
    return copy;
  }

  void clear() {
    skip(size);
  }

  private void skip(int count) {
    first = wrap(first + count);
    size -= count;
  }

  private int wrap(int index) {
    return index < bytes.length ? index : index - bytes.length;
  }
}
