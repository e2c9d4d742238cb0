package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.core.stream.EscapeKey.Command;

final class EscapeKeyTest {

  private static final String CTRL_A = "\u0001";

  private final List<String> shown = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private final EscapeKey escape =
      new EscapeKey(
          shown::add,
          List.of(
              Command.quit(() -> done.add("quit")),
              new Command('p', "pause", () -> done.add("pause"))));

  @Test
  void ordinaryBytes_reachTheGuest() {
    assertEquals("xh?\u0003\u00ff", type("xh?\u0003\u00ff"));
    assertEquals(List.of(), done);
    assertEquals(List.of(), shown);
  }

  @Test
  void ctrlA_x_quits() {
    assertEquals("ab", type("a" + CTRL_A + "xb"));
    assertEquals(List.of("quit"), done);
  }

  @Test
  void ctrlA_twice_sendsOne() {
    assertEquals(CTRL_A + "x", type(CTRL_A + CTRL_A + "x"));
    assertEquals(List.of(), done);
  }

  @Test
  void theLaunchersOwnKeys_work() {
    assertEquals("", type(CTRL_A + "p"));
    assertEquals(List.of("pause"), done);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "h", "z", "\u0000", "\u00ff"})
  void help_isShown_onRequestAndForUnknownKeys(String key) {
    assertEquals("", type(CTRL_A + key));
    assertEquals(List.of(escape.help()), shown);
    assertEquals("z", type("z"), "the escape is over");
  }

  @Test
  void help_namesEveryKey() {
    String help = escape.help();
    assertTrue(help.contains("Ctrl-A x"), help);
    assertTrue(help.contains("pause"), help);
    assertTrue(help.contains("Ctrl-A Ctrl-A"), help);
    assertTrue(help.contains("Ctrl-A ?"), help);
  }

  @ParameterizedTest
  @ValueSource(chars = {'?', 'h', '\u0001', '\n', '\u00e9'})
  void commandsWithABadKey_areRefused(char key) {
    assertThrows(IllegalArgumentException.class, () -> new Command(key, "help", () -> {}));
  }

  @Test
  void twoCommandsWithOneKey_areRefused() {
    List<Command> commands = List.of(Command.quit(() -> {}), Command.quit(() -> {}));
    assertThrows(IllegalArgumentException.class, () -> new EscapeKey(shown::add, commands));
  }

  private String type(String keys) {
    StringBuilder guest = new StringBuilder();
    for (int i = 0; i < keys.length(); i++) {
      int value = escape.filter(keys.charAt(i));
      if (value != EscapeKey.SWALLOWED) {
        guest.append((char) value);
      }
    }
    return guest.toString();
  }
}
