package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.HostStream;

final class HostStreamsTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stdoi     | There is no stream 'stdoi'. Did you mean 'stdio'? Use one of stdio, stderr, \
          null, memory, file:PATH, pty, unix:PATH.
          telnet:23 | There is no stream 'telnet:23'. Use one of stdio, stderr, null, memory, \
          file:PATH, pty, unix:PATH.
          ''        | There is no stream ''. Use one of stdio, stderr, null, memory, file:PATH, \
          pty, unix:PATH.
          file      | Stream file needs a path: file:PATH.
          unix:     | Stream unix needs a path: unix:PATH.
          pty:/x    | Stream pty has no argument: remove ':/x'.
          file:/no/such/log | Stream file:/no/such/log cannot be opened: there is no directory \
          /no/such. Create it first.
          unix:/no/such/sock | Stream unix:/no/such/sock cannot be opened: there is no directory \
          /no/such. Create it first.
          """)
  void badSpecs_areRefused_withOneSentence(String spec, String message) {
    assertEquals(message, refusal(spec));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:a\0b", "unix:a\0b"})
  void pathsThatCannotBe_areRefused(String spec) {
    assertTrue(refusal(spec).contains("cannot be opened"));
  }

  @Test
  void aDirectory_isNoFile() {
    assertEquals(
        "Stream file:%s cannot be opened: EISDIR (21). It is a directory: name a file in it."
            .formatted(directory),
        refusal("file:" + directory));
  }

  @Test
  void aFileThatCannotBeWritten_isRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("log"));
    Syscalls libc = mock();
    when(libc.open(any(), anyInt())).thenReturn(-Errno.EACCES);
    assertEquals(
        "Stream file:%s cannot be opened: EACCES (13). The file is not writable: choose another one."
            .formatted(file),
        refusal("file:" + file, libc));
  }

  @Test
  void aFileThatCannotBeMade_isRefused() {
    assertTrue(refusal("file:/proc/none").startsWith("Stream file:/proc/none cannot be created: "));
  }

  @Test
  void aNamedPipeWithoutReader_isRefused_insteadOfWaitingForOne() throws Exception {
    Path pipe = directory.resolve("pipe");
    for (Fd end : Fd.pipe(pipe)) {
      end.close();
    }
    assertTrue(refusal("file:" + pipe).endsWith("start its reader first."));
  }

  @Test
  void aSocketPathThatExists_isRefused_andKept() throws IOException {
    Path path = Files.createFile(directory.resolve("sock"));
    assertEquals(
        "Stream unix:%s cannot be opened: EADDRINUSE (98). The path exists: if no other VM listens"
                .formatted(path)
            + " there, remove it, or choose another one.",
        refusal("unix:" + path));
    assertTrue(Files.exists(path));
  }

  @Test
  void aSocketPathThatIsTooLong_isRefused() {
    Path path = directory.resolve("s".repeat(120));
    assertTrue(refusal("unix:" + path).endsWith("bytes. Use at most 107."));
    assertFalse(Files.exists(path));
  }

  @Test
  void aPtyThatCannotBeHad_isRefused() {
    Syscalls libc = mock();
    when(libc.openPty()).thenReturn(-Errno.ENODEV);
    assertEquals(
        "Stream pty cannot be opened: posix_openpt: ENODEV (19). Is /dev/pts mounted?",
        refusal("pty", libc));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pty", "unix:sock", "file:log"})
  void withoutAnEventfd_openingFails_andLeavesNothingOpen(String spec) {
    Syscalls libc = new LibcProbe().libc;
    doReturn(-Errno.EMFILE).when(libc).eventfd(0);
    String where = spec.replaceFirst(":", ":" + directory + "/");
    var before = OpenResources.descriptors();
    assertEquals("A host stream cannot be opened: eventfd: EMFILE (24).", refusal(where, libc));
    assertEquals(before, OpenResources.descriptors());
    assertFalse(Files.exists(directory.resolve("sock")));
  }

  @Test
  void aPtyThatCannotBeSetUp_isClosedAgain() {
    Syscalls libc = mock();
    when(libc.openPty()).thenReturn(77);
    when(libc.ptyName(77)).thenReturn("/dev/pts/99");
    when(libc.open(any(), anyInt())).thenReturn(-Errno.ENOENT);
    assertTrue(refusal("pty", libc).contains("open /dev/pts/99: ENOENT (2)"));
    verify(libc).close(77);
  }

  @Test
  void onlyOneStream_hasStdio_atATime() {
    Syscalls libc = mock(); // no terminal; poll answers 0 at once
    OpenStream first = HostStreams.open("stdio", libc);
    try (first) {
      assertTrue(refusal("stdio", libc).contains("another device uses it"));
    }
    HostStreams.open("stdio", libc).close();
    verify(libc, never()).close(1);
  }

  @Test
  void severalStreams_shareStandardError_andLeaveItOpen() {
    Syscalls libc = mock(); // no terminal; poll answers 0 at once
    try (OpenStream first = HostStreams.open("stderr", libc);
        OpenStream second = HostStreams.open("stderr", libc)) {
      assertEquals("output goes to standard error", first.description());
      assertEquals(HostStream.NOTHING, second.read());
    }
    verify(libc, never()).close(2);
  }

  @Test
  void nullStream_takesEverything_andHasNothing() {
    try (OpenStream stream = HostStreams.open("null")) {
      assertTrue(stream.write('x'));
      assertEquals(HostStream.NOTHING, stream.read());
      assertEquals("output is discarded", stream.description());
    }
  }

  private static String refusal(String spec) {
    return refusal(spec, NativeLibc.INSTANCE);
  }

  private static String refusal(String spec, Syscalls libc) {
    return assertThrows(
            DeviceConfigurationException.class, () -> HostStreams.open(spec, libc).close())
        .getMessage();
  }
}
