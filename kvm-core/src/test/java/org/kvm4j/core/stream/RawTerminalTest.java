package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.KvmException;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;

@Timeout(60)
final class RawTerminalTest {

  private Fd master;
  private Fd terminal;
  private String path;

  @BeforeEach
  void openTerminal() {
    master = Fd.newPty();
    terminal = master.slave();
    path = NativeLibc.INSTANCE.ptyName(master.number());
  }

  @AfterEach
  void closeTerminal() {
    terminal.close();
    master.close();
  }

  @Test
  void keys_reachTheReaderAtOnce_withoutEchoOrMeaning() throws Exception {
    try (RawTerminal raw = RawTerminal.enter(NativeLibc.INSTANCE, terminal.number())) {
      assertTrue(raw.isRaw());
      // Ctrl-C, Ctrl-S, Ctrl-Z, Ctrl-\, Ctrl-D, Return: all plain bytes, and no line has to end.
      String keys = "\u0003\u0013\u001a\u001c\u0004\r";
      master.write(keys);
      assertEquals(keys, terminal.readText(keys.length()));
      terminal.write("out\n");
      assertEquals("out\r\n", master.readText(5), "no echo, and output as the user has it");
    }
  }

  @Test
  void close_putsTheSettingsBack() throws Exception {
    String before = stty();
    RawTerminal raw = RawTerminal.enter(NativeLibc.INSTANCE, terminal.number());
    assertNotEquals(before, stty());
    raw.close();
    assertEquals(before, stty());
    assertFalse(raw.isRaw());
    raw.close();
    assertEquals(before, stty());
  }

  @Test
  void savedSettings_areWhatSttyWrites() throws Exception {
    String before = stty();
    try (RawTerminal raw = RawTerminal.enter(NativeLibc.INSTANCE, terminal.number())) {
      assertEquals(Optional.of(before), raw.savedSettings());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "throw", "TERM", "INT", "HUP"})
  void theEndOfTheJvm_putsTheSettingsBack(String end) throws Exception {
    String before = stty();
    Process child = startRawProgram(end);
    assertEquals("raw", child.inputReader().readLine());
    assertNotEquals(before, stty());
    boolean isSignal = Character.isUpperCase(end.charAt(0));
    if (isSignal) {
      new ProcessBuilder("kill", "-" + end, Long.toString(child.pid())).start().waitFor();
    } else {
      master.write("\r");
    }
    assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    assertEquals(before, stty());
  }

  @Test
  void withoutATerminal_nothingIsDone() {
    Syscalls libc = mock();
    try (RawTerminal raw = RawTerminal.enter(libc, 0)) {
      assertFalse(raw.isRaw());
      assertEquals(Optional.empty(), raw.savedSettings());
    }
    verify(libc, never()).tcgetattr(anyInt(), any());
    verify(libc, never()).tcsetattr(anyInt(), any());
  }

  @Test
  void aTerminalThatCannotBeSet_isAnError_andIsPutBack() {
    Syscalls libc = mock();
    when(libc.isatty(0)).thenReturn(1);
    when(libc.tcsetattr(anyInt(), any())).thenReturn(-Errno.EIO);
    String message =
        assertThrows(KvmException.class, () -> RawTerminal.enter(libc, 0)).getMessage();
    assertEquals(
        "The terminal cannot be made raw: tcsetattr: EIO (5). Use another stream than stdio.",
        message);
    verify(libc, times(2)).tcsetattr(anyInt(), any());
  }

  /** A JVM whose standard input is the terminal. */
  private Process startRawProgram(String end) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            RawProgram.class.getName(),
            end)
        .redirectInput(new File(path))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Makes its terminal raw, waits for a key, and ends. */
  static final class RawProgram {

    private RawProgram() {}

    @SuppressWarnings("resource") // the end of the JVM is what restores it
    public static void main(String[] args) throws IOException {
      RawTerminal.enter();
      System.out.println("raw");
      int key = System.in.read();
      if (args[0].equals("throw")) {
        throw new IllegalStateException("key " + key);
      }
      System.exit(0);
    }
  }

  private String stty() throws IOException, InterruptedException {
    Process stty = new ProcessBuilder(List.of("stty", "-g", "-F", path)).start();
    String settings =
        new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertEquals(0, stty.waitFor());
    return settings;
  }
}
