package org.kvm4j.core.device;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Text of ASCII lines on its way to a file: numbers become digits without making an object.
 *
 * <p>Threading: one thread at a time.
 */
final class LineText {

  private static final int MOST_DIGITS = 20;
  private static final String DIGITS = "0123456789abcdef";
  private static final String PLAIN = "[!-~&&[^%]]";

  private final byte[] buffer;
  private final byte[] digits = new byte[MOST_DIGITS];
  private int length;

  LineText(int capacity) {
    buffer = new byte[capacity];
  }

  int length() {
    return length;
  }

  boolean hasRoom(int bytes) {
    return buffer.length - length >= bytes;
  }

  void put(char ascii) {
    buffer[length++] = (byte) ascii;
  }

  void put(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      put(ascii.charAt(i));
    }
  }

  /** As a signed number. */
  void putDecimal(long value) {
    if (value < 0) {
      put('-');
    }
    int count = 0;
    long rest = value;
    do {
      digits[count++] =
          (byte) DIGITS.charAt((int) Math.abs(rest % 10)); // the least number has no positive
      rest /= 10;
    } while (rest != 0);
    putDigits(count);
  }

  /** As an unsigned number, with 0x. */
  void putHex(long value) {
    put('0');
    put('x');
    int count = 0;
    long rest = value;
    do {
      digits[count++] = (byte) DIGITS.charAt((int) (rest & 15));
      rest >>>= 4;
    } while (rest != 0);
    putDigits(count);
  }

  private void putDigits(int count) {
    for (int i = count - 1; i >= 0; i--) {
      buffer[length++] = digits[i];
    }
  }

  /** One word without blanks: whatever is not printable ASCII becomes a percent escape. */
  static String word(String text) {
    StringBuilder word = new StringBuilder();
    for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
      String plain = String.valueOf((char) (next & 0xff));
      word.append(plain.matches(PLAIN) ? plain : "%%%02X".formatted(next));
    }
    return word.toString();
  }

  /** Hands all of it on; it stays. */
  void writeTo(OutputStream out) throws IOException {
    out.write(buffer, 0, length);
  }

  void clear() {
    length = 0;
  }
}
