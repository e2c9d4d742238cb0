package org.kvm4j.launcher;

import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 512M}, {@code 2G} or {@code 524288K}. */
final class MemorySize {

  private MemorySize() {}

  static long parse(String text) {
    String number = text.isEmpty() ? "" : text.substring(0, text.length() - 1);
    int shift =
        switch (text.toUpperCase(Locale.ROOT).replaceFirst(".*(.)$", "$1")) {
          case "K" -> 10;
          case "M" -> 20;
          case "G" -> 30;
          default -> throw wrong(text);
        };
    try {
      long value = Long.parseLong(number);
      if (value > 0 && value <= Long.MAX_VALUE >> shift) {
        return value << shift;
      }
    } catch (NumberFormatException e) {
      throw wrong(text);
    }
    throw wrong(text);
  }

  private static TypeConversionException wrong(String text) {
    return new TypeConversionException(
        "'%s' is not a size; write a number with K, M or G, such as 512M".formatted(text));
  }
}
