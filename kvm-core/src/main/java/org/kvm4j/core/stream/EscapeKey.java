package org.kvm4j.core.stream;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The terminal's way out of the guest: Ctrl-A, then a key.
 *
 * <p>Built in are {@code ?} and {@code h} for help, and Ctrl-A itself, which sends one Ctrl-A to
 * the guest. Everything else is a {@link Command}. After Ctrl-A, a key without a meaning does
 * nothing but show the help: it reaches nobody.
 *
 * <p>Threading: one thread, which the commands' actions run on.
 */
public final class EscapeKey {

  /** In {@link #filter}: the byte is not for the guest. */
  public static final int SWALLOWED = Pump.SWALLOWED;

  private static final int CTRL_A = 0x01;
  private static final String BUILT_IN_KEYS = "?h\u0001";

  private final Consumer<String> terminal;
  private final Map<Integer, Command> commands = new LinkedHashMap<>();
  private boolean afterCtrlA;

  /**
   * One more key.
   *
   * @param key to press after Ctrl-A
   * @param help what it does: {@code quit}
   * @param action must return promptly, and not wait for the stream to close: it runs on the
   *     stream's thread
   */
  public record Command(char key, String help, Runnable action) {

    /** Checks that the key is one byte from a terminal, and not built in. */
    public Command {
      Objects.requireNonNull(help, "help");
      Objects.requireNonNull(action, "action");
      if (key < ' ' || key > '~' || BUILT_IN_KEYS.indexOf(key) >= 0) {
        throw new IllegalArgumentException(
            "Key '%c' cannot be a command: use a printable ASCII key but ? and h.".formatted(key));
      }
    }

    /** Ctrl-A x: quit. */
    public static Command quit(Runnable action) {
      return new Command('x', "quit", action);
    }
  }

  /**
   * With its commands.
   *
   * @param terminal shows a text to the user
   * @throws IllegalArgumentException if two commands have one key
   */
  public EscapeKey(Consumer<String> terminal, List<Command> commands) {
    this.terminal = Objects.requireNonNull(terminal, "terminal");
    for (Command command : commands) {
      if (this.commands.put((int) command.key(), command) != null) {
        throw new IllegalArgumentException("Two commands have key '" + command.key() + "'.");
      }
    }
  }

  /**
   * Takes a byte from the terminal.
   *
   * @param value 0 to 255
   * @return what the guest gets, 0 to 255, or {@link #SWALLOWED}
   */
  public int filter(int value) {
    if (!afterCtrlA) {
      afterCtrlA = value == CTRL_A;
      return afterCtrlA ? SWALLOWED : value;
    }
    afterCtrlA = false;
    if (value == CTRL_A) {
      return CTRL_A;
    }
    Command command = commands.get(value);
    if (command == null) {
      terminal.accept(help());
    } else {
      command.action().run();
    }
    return SWALLOWED;
  }

  /** A line for every key. */
  public String help() {
    StringBuilder help = new StringBuilder();
    for (Command command : commands.values()) {
      help.append("Ctrl-A %c       %s%n".formatted(command.key(), command.help()));
    }
    return help.append("Ctrl-A Ctrl-A  send Ctrl-A to the guest%n".formatted())
        .append("Ctrl-A ?       this help%n".formatted())
        .toString();
  }
}
