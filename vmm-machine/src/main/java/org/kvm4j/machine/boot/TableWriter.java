package org.kvm4j.machine.boot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Collects the fields of a firmware table, little-endian, in the order of its specification. */
final class TableWriter {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  TableWriter u8(int value) {
    return number(value, 1);
  }

  TableWriter u16(int value) {
    return number(value, 2);
  }

  TableWriter u32(long value) {
    return number(value, 4);
  }

  TableWriter u64(long value) {
    return number(value, 8);
  }

  /** Text in exactly so many bytes, filled up with {@code padding}. */
  TableWriter ascii(String text, int length, char padding) {
    byte[] characters = text.getBytes(StandardCharsets.US_ASCII);
    if (characters.length > length) {
      throw new IllegalArgumentException(text);
    }
    bytes(characters);
    for (int i = characters.length; i < length; i++) {
      u8(padding);
    }
    return this;
  }

  TableWriter bytes(byte[] more) {
    bytes.writeBytes(more);
    return this;
  }

  TableWriter zeros(int count) {
    return bytes(new byte[count]);
  }

  int size() {
    return bytes.size();
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /** Sets the byte at {@code offset}, 0 so far, such that the first {@code length} add up to 0. */
  static byte[] withChecksum(byte[] table, int offset, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += table[i];
    }
    table[offset] = (byte) -sum;
    return table;
  }

  private TableWriter number(long value, int count) {
    for (int i = 0; i < count; i++) {
      bytes.write((int) (value >>> (8 * i)));
    }
    return this;
  }
}
