package org.kvm4j.core.device;

import java.nio.file.FileSystemException;
import java.util.ServiceConfigurationError;
import java.util.regex.Pattern;

/**
 * Text of a plug-in, made fit for a list on a terminal: a plug-in is not to move the cursor, to
 * pass for another line, or to fill the screen.
 */
public final class OneLine {

  private static final int LENGTH = 400;

  /** Controls, with escape and line feed; formats, which change directions; and line ends. */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

  private OneLine() {}

  /** The text, cut off if very long, with a question mark for what is not to be printed. */
  public static String of(String text) {
    String line = text.length() > LENGTH ? text.substring(0, LENGTH) + "..." : text;
    return UNPRINTABLE.matcher(line).replaceAll("?");
  }

  /** What went wrong, and because of what. */
  static String of(Throwable problem) {
    Throwable cause = problem.getCause();
    boolean wraps = problem instanceof ServiceConfigurationError && cause != null;
    return of(wraps ? text(problem) + ": " + text(cause) : text(problem));
  }

  private static String text(Throwable problem) {
    try {
      // A FileSystemException's message is the file alone.
      boolean says =
          problem instanceof ServiceConfigurationError
              || (problem instanceof java.io.IOException
                  && !(problem instanceof FileSystemException));
      String message = problem.getMessage();
      return says && message != null ? message : String.valueOf(problem);
    } catch (RuntimeException | Error e) { // the exceptions of a plug-in are its own code, too
      return problem.getClass().getName();
    }
  }
}
