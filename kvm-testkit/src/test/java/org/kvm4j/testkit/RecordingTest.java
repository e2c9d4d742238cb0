package org.kvm4j.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.device.DeviceConfigurationException;

class RecordingTest {

  private static final String HEADER =
      "kvm4j-recording 1\ndevice d sample scratch=0xd0000000\n0 - d create\n";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 0 d in 0x500 1          | 'in' has 2 values. Give it 3.
          1 0 d in 0x500 1 0 0      | 'in' has 4 values. Give it 3.
          1 0 d in 0x500 1 zero     | 'zero' is no number.
          1 0 d in 0x10000 1 0      | port 65536 is not in 0 to 65535.
          1 0 d in 0x500 0 0        | size 0 is not in 1 to 4.
          1 0 d in 0x500 3 0        | there is no port access of 3 bytes.
          1 0 d load 0x500 9 0      | size 9 is not in 1 to 8.
          1 0 d jump 0x500          | 'jump' is no event of a recording.
          1 0 d                     | it has 3 words of at least 4.
          1 . d in 0x500 1 0        | a dot stands before effects, and only there.
          1 0 d line 4 1            | a dot stands before effects, and only there.
          1 . d line 4 2            | level 2 is not in 0 to 1.
          1 . d read 0 256          | byte 256 is not in -1 to 255.
          1 . d write 0 - 1         | byte -1 is not in 0 to 255.
          1 . d request LUNCH       | 'LUNCH' is nothing that a device asks for.
          1 - d timer -2            | number -2 is not in 0 to 2147483647.
          1x - d timer 0            | '1x' is no number.
          what is this              | 'what' is no word of a recording.
          wall-clock                | it has 1 words of at least 2.
          wall-clock noon           | 'noon' is no number.
          device d                  | it has 2 words of at least 3.
          device e sample           | e is a second device of type sample beside d. Name the one to replay.
          """)
  void whatIsWrong_isNamedWithItsLine(String line, String why) throws IOException {
    Path file = write(HEADER + "# fine\n" + line + "\n");
    assertEquals(
        file.getFileName() + ", line 5: " + why,
        assertThrows(IllegalArgumentException.class, () -> replay(file)).getMessage());
  }

  @Test
  void timeThatGoesBack_isRefused() throws IOException {
    Path file = write(HEADER + "7 - d reset\n6 - d reset\n");
    assertEquals(
        file.getFileName() + ", line 5: time goes back from 7 to 6 ns.",
        assertThrows(IllegalArgumentException.class, () -> readAll(file)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({"'', line 1: the first line", "kvm4j-recording 2, line 1: the first line"})
  void otherFilesAndVersions_areRefused(String text, String why) throws IOException {
    assertTrue(refusal(write(text)).contains(why));
    assertTrue(
        refusal(write("kvm4j-recording 1")).contains("ends without a device of type sample"));
  }

  @Test
  void options_areUnescaped() throws IOException {
    String line = "device d sample base=0x500 backend=file:/a%20b%25+c%C3%A4 empty=\n";
    try (Recording recording = open(write("kvm4j-recording 1\n" + line))) {
      assertEquals(
          Map.of("base", "0x500", "backend", "file:/a b%+c\u00e4", "empty", ""),
          recording.options());
    }
    assertTrue(refusal(write("kvm4j-recording 1\ndevice d sample a=%4\n")).contains("escape"));
    assertTrue(refusal(write("kvm4j-recording 1\ndevice d sample a\n")).contains("no value"));
  }

  @Test
  void nothingInAFile_growsWithoutBound() throws IOException {
    String longLine = "1 - d " + "x".repeat(RecordingReader.MAX_LINE_BYTES);
    assertTrue(refusal(write(HEADER + longLine)).contains("longer than 16384 bytes"));
    String effects = "1 . d line 4 1\n".repeat(Recording.MAX_EFFECTS + 1);
    assertTrue(refusal(write(HEADER + effects)).contains("more than 10000 effects"));
  }

  @Test
  void missingFile_isNamed() {
    Path file = directory.resolve("missing.rec");
    assertTrue(
        assertThrows(UncheckedIOException.class, () -> replay(file))
            .getMessage()
            .startsWith(file + " cannot be read"));
  }

  @Test
  void damagedFiles_areRefusedOrPlayed_neverAnythingElse() throws IOException {
    String good = HEADER + "1 0 d in 0x501 1 0\n9 . d line 5 0\n9 - d ready 0\n9 - d timer 0\n";
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 100; round++) {
      StringBuilder damaged = new StringBuilder(good);
      for (int i = 0; i < 3; i++) {
        damaged.setCharAt(random.nextInt(good.length()), (char) random.nextInt(256));
      }
      Path file = directory.resolve("damaged");
      Files.write(file, damaged.toString().getBytes(ISO_8859_1));
      try {
        replay(file);
      } catch (IllegalArgumentException | DeviceConfigurationException | AssertionError e) {
        assertTrue(e.getMessage().matches("(?s)(damaged, line|Device).*"), e.getMessage());
      }
    }
  }

  private static String refusal(Path file) {
    return assertThrows(IllegalArgumentException.class, () -> readAll(file)).getMessage();
  }

  private static void readAll(Path file) throws IOException {
    try (Recording recording = open(file)) {
      while (recording.next().isPresent()) {
        // to the end
      }
    }
  }

  private static void replay(Path file) {
    Replay.check(file, new SampleProvider());
  }

  private static Recording open(Path file) throws IOException {
    return Recording.open(file, (id, type) -> type.equals("sample"), "of type sample");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "recording", ".rec"), text);
  }
}
