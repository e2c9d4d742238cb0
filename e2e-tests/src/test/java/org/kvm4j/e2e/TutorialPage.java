package org.kvm4j.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of {@code docs/tutorial.md}. The word behind a block's language says what it is:
 *
 * <pre>
 * LANGUAGE file=PATH     the file, or its beginning
 * LANGUAGE append=PATH   more of that file
 * LANGUAGE part=PATH     shows lines that the file has
 * diff file=PATH         changes lines of the file
 * sh                     is typed; the exit code is 0, or what exit=N says
 * sh guest               is typed, and its last command boots Linux
 * text                   what the sh block before it prints
 * console                what is typed behind the guest's prompt, and what the guest prints
 * </pre>
 *
 * <p>In outputs, {@code ...} stands for anything and a blank for any white space; with {@code
 * numbers=vary}, a number stands for any number but 0.
 */
final class TutorialPage {

  /** What a block is for. */
  enum Kind {
    FILE,
    APPEND,
    PART,
    DIFF,
    SHELL,
    GUEST,
    TEXT,
    CONSOLE
  }

  /**
   * A block.
   *
   * @param detail the path, exit code or word behind the language
   * @param text its lines, each with its end
   */
  record Block(Kind kind, String detail, String text, int line) {

    /** Where it is, for messages. */
    String place() {
      return "docs/tutorial.md:" + line;
    }
  }

  private static final Pattern FENCE = Pattern.compile("(?m)^```(.*)\\n((?s:.*?))^```$");
  private static final Pattern EXPECTED =
      Pattern.compile("(?:\\s*\\.\\.\\.\\s*)+|\\s+|0x[0-9A-F]+|\\d+|.");
  private static final String ANY_NUMBER = "(?:0x0*[1-9A-F][0-9A-F]*|0*[1-9]\\d*)";

  private TutorialPage() {}

  /** All blocks; one of an unknown kind is an error, so that none goes untested. */
  static List<Block> blocks(Path page) throws IOException {
    String text = Files.readString(page);
    List<Block> blocks = new ArrayList<>();
    Matcher fence = FENCE.matcher(text);
    while (fence.find()) {
      int line = (int) text.substring(0, fence.start()).lines().count() + 1;
      blocks.add(block(fence.group(1), fence.group(2), line));
    }
    long fences = text.lines().filter(each -> each.startsWith("```")).count();
    if (fences != 2L * blocks.size()) {
      throw new IllegalArgumentException(page + " has a block that does not end.");
    }
    return blocks;
  }

  private static Block block(String info, String text, int line) {
    String[] words = info.split(" ", 2);
    String word = words.length == 2 ? words[1] : "";
    String detail = word.substring(word.indexOf('=') + 1);
    String name = word.substring(0, word.length() - detail.length());
    Kind kind =
        switch (words[0] + " " + name) {
          case "java file=", "c file=", "make file=" -> Kind.FILE;
          case "java append=" -> Kind.APPEND;
          case "java part=" -> Kind.PART;
          case "diff file=" -> Kind.DIFF;
          case "sh exit=" -> Kind.SHELL;
          case "sh " -> detail.equals("guest") ? Kind.GUEST : detail.isEmpty() ? Kind.SHELL : null;
          case "text " -> detail.isEmpty() ? Kind.TEXT : null;
          case "console ", "console numbers=" -> Kind.CONSOLE;
          default -> null;
        };
    if (kind == null) {
      throw new IllegalArgumentException(
          "docs/tutorial.md:%d: a block '%s' is never run.".formatted(line, info));
    }
    return new Block(kind, detail, text, line);
  }

  /** Whether an output is as the page has it. */
  static boolean matches(String expected, boolean numbersVary, String output) {
    String regex =
        EXPECTED
            .matcher(expected.strip())
            .replaceAll(token -> Matcher.quoteReplacement(regex(token, numbersVary)));
    return Pattern.compile(regex, Pattern.DOTALL).matcher(output.strip()).matches();
  }

  private static String regex(MatchResult token, boolean numbersVary) {
    String text = token.group();
    if (text.contains("...")) {
      return ".*";
    }
    if (text.isBlank()) {
      return "\\s+";
    }
    return numbersVary && text.matches(ANY_NUMBER) ? ANY_NUMBER : Pattern.quote(text);
  }
}
