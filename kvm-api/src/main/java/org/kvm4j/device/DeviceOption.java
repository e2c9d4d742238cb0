package org.kvm4j.device;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.kvm4j.resource.Resource;

/**
 * One thing that a user can set on a device: {@code --device TYPE,name=value}.
 *
 * <p>Immutable. Make one with the factory methods and keep it as a constant: it is also the typed
 * key to the value in {@link DeviceOptions#value}.
 *
 * <p>{@link #ports}, {@link #addresses} and {@link #interrupt} say at once which resource the
 * device wants: all of these are planned before a device is created, and a value of {@link #ANY} is
 * replaced by a free place.
 *
 * @param <T> what the text is parsed into
 * @param name lower case letters, digits and dashes
 * @param kind what values look like, for a help: {@code 0..23}
 * @param defaultText what holds if the user says nothing, in the user's own notation
 * @param help what it does, in one line
 * @param parser from text to value; throws {@link IllegalArgumentException} with a message that
 *     says what is allowed
 * @param resource what the value is the place of, if it is one
 */
public record DeviceOption<T>(
    String name,
    String kind,
    String defaultText,
    String help,
    Function<String, T> parser,
    Optional<Resource> resource) {

  /** The text that asks for any free place, where an option has a {@link #resource}. */
  public static final String ANY = "any";

  /** Checks that the default can be parsed. */
  public DeviceOption {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(defaultText, "defaultText");
    Objects.requireNonNull(help, "help");
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException("option name '" + name + "' is not lower-case");
    }
    if (resource.isEmpty() || !defaultText.equals(ANY)) {
      Objects.requireNonNull(parser.apply(defaultText), "default value");
    }
  }

  /** An option that is not the place of a resource. */
  public DeviceOption(
      String name, String kind, String defaultText, String help, Function<String, T> parser) {
    this(name, kind, defaultText, help, parser, Optional.empty());
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

  /**
   * The first of consecutive ports that the device wants.
   *
   * @param count how many
   * @param defaultText a number, or {@link #ANY}
   */
  public static DeviceOption<Integer> ports(
      String name, int count, String defaultText, String help) {
    return place(name, Resource.ports(count), defaultText, help);
  }

  /**
   * The first of consecutive guest-physical addresses outside RAM that the device wants.
   *
   * @param sizeBytes how many
   * @param defaultText a number, or {@link #ANY}
   */
  public static DeviceOption<Long> addresses(
      String name, long sizeBytes, String defaultText, String help) {
    Resource resource = Resource.addresses(sizeBytes);
    return new DeviceOption<>(
        name,
        "address|" + ANY,
        defaultText,
        help,
        text -> parseAddress(text, resource.lastFirst()),
        Optional.of(resource));
  }

  /**
   * The global system interrupt that the device wants for itself.
   *
   * @param defaultText 0 to 23, or {@link #ANY}; an ISA IRQ has its own number
   */
  public static DeviceOption<Integer> interrupt(String name, String defaultText, String help) {
    return place(name, Resource.interrupt(), defaultText, help);
  }

  /** As {@link #interrupt}, where other devices may have it, too: see {@link Resource}. */
  public static DeviceOption<Integer> sharedInterrupt(
      String name, String defaultText, String help) {
    return place(name, Resource.sharedInterrupt(), defaultText, help);
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

  /**
   * The same option with its value converted further.
   *
   * @throws IllegalStateException if it is the place of a resource, which stays a number
   */
  public <U> DeviceOption<U> map(Function<? super T, ? extends U> conversion) {
    if (resource.isPresent()) {
      throw new IllegalStateException("option " + name + " is the place of a resource");
    }
    return new DeviceOption<>(
        name, kind, defaultText, help, text -> conversion.apply(parser.apply(text)));
  }

  private static DeviceOption<Integer> place(
      String name, Resource resource, String defaultText, String help) {
    int last = (int) resource.lastFirst();
    String range = rangeText(0, last, resource.kind() == Resource.Kind.PORTS);
    String kind = range + "|" + ANY;
    return new DeviceOption<>(
        name,
        kind,
        defaultText,
        help,
        text -> parseNumber(text, 0, last, range + ", or any"),
        Optional.of(resource));
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
      long value = decode(text);
      if (value >= min && value <= max) {
        return (int) value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("use a number in " + kind, e);
    }
    throw new IllegalArgumentException("use a number in " + kind);
  }

  private static Long parseAddress(String text, long last) {
    String advice = "use an address from 0x0 to 0x%x, or any".formatted(last);
    try {
      long value = decode(text);
      if (Long.compareUnsigned(value, last) <= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(advice, e);
    }
    throw new IllegalArgumentException(advice);
  }

  /** Not Long.decode: to it, 010 is eight. */
  private static long decode(String text) {
    return text.regionMatches(true, 0, "0x", 0, 2)
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }

  /**
   * By name: the hash of all components would be put together at run time, at each start of a VM.
   */
  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
