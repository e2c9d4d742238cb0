package org.kvm4j.device;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * One thing that a user can set on a device: {@code --device TYPE,name=value}.
 *
 * <p>Immutable. Make one with the factory methods and keep it as a constant: it is also the typed
 * key to the value in {@link DeviceOptions#value}.
 *
 * @param <T> what the text is parsed into
 * @param name lower case letters, digits and dashes
 * @param kind what values look like, for a help: {@code 0..23}
 * @param defaultText what holds if the user says nothing, in the user's own notation
 * @param help what it does, in one line
 * @param parser from text to value; throws {@link IllegalArgumentException} with a message that
 *     says what is allowed
 */
public record DeviceOption<T>(
    String name, String kind, String defaultText, String help, Function<String, T> parser) {

  /** Checks that the default can be parsed. */
  public DeviceOption {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(help, "help");
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException("option name '" + name + "' is not lower-case");
    }
    Objects.requireNonNull(parser.apply(defaultText), "default value");
  }

  /** Any text. */
  public static DeviceOption<String> text(
      String name, String kind, String defaultText, String help) {
    return new DeviceOption<>(name, kind, defaultText, help, Function.identity());
  }

  /** A whole number, decimal or with 0x, from {@code min} to {@code max}. */
  public static DeviceOption<Integer> number(
      String name, int min, int max, int defaultValue, String help) {
    return numberWithDefault(name, min, max, Integer.toString(defaultValue), help);
  }

  /** As {@link #number}, but a port or address whose default is shown in hexadecimal. */
  public static DeviceOption<Integer> address(
      String name, int min, int max, int defaultValue, String help) {
    return numberWithDefault(name, min, max, "0x" + Integer.toHexString(defaultValue), help);
  }

  /** {@code on} or {@code off}. */
  public static DeviceOption<Boolean> toggle(String name, boolean defaultValue, String help) {
    return choice(name, List.of("on", "off"), defaultValue ? "on" : "off", help).map("on"::equals);
  }

  /** One of the given words. */
  public static DeviceOption<String> choice(
      String name, List<String> words, String defaultText, String help) {
    List<String> allowed = List.copyOf(words);
    return new DeviceOption<>(
        name,
        String.join("|", allowed),
        defaultText,
        help,
        text -> {
          if (!allowed.contains(text)) {
            throw new IllegalArgumentException("use one of " + String.join(", ", allowed));
          }
          return text;
        });
  }

  /** The same option with its value converted further. */
  public <U> DeviceOption<U> map(Function<? super T, ? extends U> conversion) {
    return new DeviceOption<>(
        name, kind, defaultText, help, text -> conversion.apply(parser.apply(text)));
  }

  private static DeviceOption<Integer> numberWithDefault(
      String name, int min, int max, String defaultText, String help) {
    String kind = rangeText(min, max, defaultText.startsWith("0x"));
    return new DeviceOption<>(
        name, kind, defaultText, help, text -> parseNumber(text, min, max, kind));
  }

  private static String rangeText(int min, int max, boolean hex) {
    return hex
        ? "0x" + Integer.toHexString(min) + "..0x" + Integer.toHexString(max)
        : min + ".." + max;
  }

  private static Integer parseNumber(String text, int min, int max, String kind) {
    try {
      // Not Long.decode: to it, 010 is eight.
      boolean hex = text.regionMatches(true, 0, "0x", 0, 2);
      long value = hex ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
      if (value >= min && value <= max) {
        return (int) value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("use a number in " + kind, e);
    }
    throw new IllegalArgumentException("use a number in " + kind);
  }
}
