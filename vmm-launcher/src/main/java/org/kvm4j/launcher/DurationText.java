package org.kvm4j.launcher;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** A length of time as a user writes it: {@code 50ms}. */
final class DurationText {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(us|ms|s)");

  private DurationText() {}

  static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'%s' is not a length of time. Write a number with us, ms or s: 50ms".formatted(text));
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "us" -> Duration.ofNanos(number * 1000);
          case "ms" -> Duration.ofMillis(number);
          default -> Duration.ofSeconds(number);
        };
    if (duration.isZero()) {
      throw new TypeConversionException("'%s' is no time at all. Write more".formatted(text));
    }
    return duration;
  }
}
