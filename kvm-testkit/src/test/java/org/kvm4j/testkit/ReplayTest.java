package org.kvm4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.VmEvent;

class ReplayTest {

  private static final String HEADER =
      """
      kvm4j-recording 1
      wall-clock 1700000000000
      device sample sample base=0x520 scratch=0xd0000000 irq=6
      device other other
      0 - sample create
      """;

  /** All that a sample device can do, as line numbers 6 to 27. */
  private static final String EVENTS =
      """
      100 0 sample out 0x521 1 0x3
      150 . sample write 0 0x41 1
      150 1 sample out 0x520 1 0x41
      # somebody types
      160 . other read 0 0x99
      200 . sample read 0 0x61
      200 . sample read 0 0x62
      200 . sample read 0 -
      200 . sample line 6 1
      200 - sample ready 0
      210 - other timer 9
      300 0 sample in 0x523 1 0x2
      400 . sample read 0 -
      400 0 sample in 0x520 1 0x61
      100100 - sample timer 0
      100200 0 sample in 0x522 1 0x1
      100300 0 sample store 0xd0000000 8 0x1122334455667788
      100400 0 sample load 0xd0000004 4 0x11223344
      100500 . sample read 0 -
      100500 . sample line 6 0
      100500 - sample reset
      100600 0 sample in 0x521 1 0x0
      """;

  @TempDir private Path directory;

  @Test
  void deviceThatDoesTheSame_passes() throws IOException {
    Replay.check(recording(HEADER + EVENTS), new SampleProvider());
    Replay.check(recording(HEADER + EVENTS), new SampleProvider(), "sample");
  }

  @Test
  void zippedRecording_isReadLikeAPlainOne() throws IOException {
    Path file = directory.resolve("zipped");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((HEADER + EVENTS.replace("0x523 1 0x2", "0x523 1 0x3")).getBytes(UTF_8));
    }
    assertTrue(differenceIn(file, new SampleProvider()).contains("replayed: in 0x523 1 0x2"));
  }

  @Test
  void recordingCutAnywhereAtItsEnd_passes() throws IOException {
    String whole = HEADER + EVENTS;
    for (int end = whole.indexOf('\n', HEADER.length() - 2);
        end >= 0;
        end = whole.indexOf('\n', end + 1)) {
      Path cut = recording(whole.substring(0, end));
      assertDoesNotThrow(() -> Replay.check(cut, new SampleProvider()), () -> read(cut));
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          in 0x522 1 0x1,   in 0x522 1 0x2,    in 0x522 1 0x1
          4 0x11223344,     4 0x11223345,        load 0xd0000004 4 0x11223344
          write 0 0x41 1,   write 0 0x42 1,    write 0 0x41
          read 0 0x62,      line 6 0,          read 0
          line 6 1,         line 6 0,          line 6 1
          line 6 1,         line 7 1,          line 6 1
          timer 0,          timer 1,           the device has 1 timers
          ready 0,          ready 1,           the device has 1 streams
          100100 - s,       100099 - s,        that timer is armed for 100100 ns
          150 . sample write 0 0x41 1, 150 . other line 0 0, write 0 0x41
          500 . sample line 6 0, 500 . other line 6 0, line 6 0
          in 0x523,         in 0x524,          no handler of the device is there
          out 0x521 1 0x3,  out 0x521 1 0x1,   that timer is not armed
          """)
  void firstDifference_isReportedWithBothSides(String recorded, String other, String replayed)
      throws IOException {
    String changed = HEADER + EVENTS.replace(recorded, other);
    String message = differenceIn(recording(changed), new SampleProvider());
    assertTrue(message.contains("%nreplayed: %s%n".formatted(replayed)), message);
  }

  @Test
  void report_namesTheLine_andWhatCameBefore() throws IOException {
    String changed = HEADER + EVENTS.replace("0x520 1 0x61", "0x520 1 0x6f");
    assertEquals(
        """
        Device sample differs from the recording, line 19
        recorded: in 0x520 1 0x6f
        replayed: in 0x520 1 0x61
        in:         19  400 0 sample in 0x520 1 0x6f
        after:
               7  150 . sample write 0 0x41 1
               8  150 1 sample out 0x520 1 0x41
              11  200 . sample read 0 0x61
              12  200 . sample read 0 0x62
              13  200 . sample read 0 -
              14  200 . sample line 6 1
              15  200 - sample ready 0
              17  300 0 sample in 0x523 1 0x2
        """,
        differenceIn(recording(changed), new SampleProvider()));
  }

  @Test
  void missingEffect_isADifference() throws IOException {
    String more = HEADER + "10 . sample line 6 1\n10 0 sample in 0x523 1 0\n";
    String message = differenceIn(recording(more), new SampleProvider());
    assertTrue(message.startsWith("Device sample differs from the recording, line 6\n"), message);
    assertTrue(message.contains("recorded: line 6 1\nreplayed: nothing\n"), message);
  }

  @ParameterizedTest
  @CsvSource({"RESET_LEAVES_LINE_HIGH, 24", "REARMS_FOR_NOW, 0", "THROWS_ON_A_VALUE, 0"})
  void flawedDevice_isFoundWhereTheRecordingMeetsItsFlaw(Flaw flaw, int line) throws IOException {
    Path file = recording(HEADER + EVENTS);
    if (line == 0) {
      Replay.check(file, new SampleProvider(flaw));
    } else {
      String message = differenceIn(file, new SampleProvider(flaw));
      assertTrue(message.contains("line %d\n".formatted(line)), message);
    }
  }

  @Test
  void deviceThatThrew_mustThrowAgain_andOnlyThere() throws IOException {
    String fault = ". sample fault java.lang.ArithmeticException\n20 0 sample out 0x523 1 0x40\n";
    Path threw = recording(HEADER + "20 " + fault + "30 0 sample in 0x521 1 0\n");
    Path quiet = recording(HEADER + "20 0 sample out 0x523 1 0x40\n");
    Replay.check(threw, new SampleProvider(Flaw.THROWS_ON_A_VALUE));
    Replay.check(quiet, new SampleProvider());
    assertTrue(differenceIn(threw, new SampleProvider()).contains("replayed: nothing"));
    AssertionError difference =
        assertThrows(
            AssertionError.class,
            () -> Replay.check(quiet, new SampleProvider(Flaw.THROWS_ON_A_VALUE)));
    assertSame(ArithmeticException.class, difference.getCause().getClass());
  }

  @Test
  void differenceThatTheDeviceHandles_isStillReported() throws IOException {
    ScriptedProvider careless =
        new ScriptedProvider(
            context -> {
              try {
                context.interruptLine(3).set(true);
              } catch (AssertionError e) {
                context.log().log(System.Logger.Level.TRACE, "careless", e);
              }
            });
    Path file = recording("kvm4j-recording 1\ndevice x scripted\n0 - x create\n");
    assertTrue(differenceIn(file, careless).contains("replayed: line 3 1"));
  }

  @Test
  void clockAndRequests_areThoseOfTheRecording() throws IOException {
    ScriptedProvider provider =
        new ScriptedProvider(
            context -> {
              if (context.clock().epochMillis() == 1_700_000_000_007L
                  && context.clock().nanoTime() == 7_123_456) {
                context.control().request(VmEvent.RESET, "the right time");
              }
            });
    String header = "kvm4j-recording 1\nwall-clock 1700000000000\ndevice x scripted\n";
    Replay.check(recording(header + "7123456 . x request RESET\n7123456 - x create\n"), provider);
    Path other = recording(header + "7123456 . x request POWER_OFF\n7123456 - x create\n");
    assertTrue(differenceIn(other, provider).contains("replayed: request RESET"));
  }

  @Test
  void exits_areThoseOfTheRecording() throws IOException {
    ScriptedProvider provider =
        new ScriptedProvider(context -> context.control().exit(33, "the test passed"));
    String header = "kvm4j-recording 1\ndevice x scripted\n";
    Replay.check(recording(header + "0 . x exit 33\n0 - x create\n"), provider);
    Path other = recording(header + "0 . x exit 35\n0 - x create\n");
    assertTrue(differenceIn(other, provider).contains("replayed: exit 33"));
    Path impossible = recording(header + "0 . x exit 256\n0 - x create\n");
    assertThrows(IllegalArgumentException.class, () -> Replay.check(impossible, provider));
  }

  @Test
  void accessesAlone_areComparedByTheirValues() throws IOException {
    String foreign =
        """
        kvm4j-recording 1
        only-accesses
        device sample sample base=0x500 scratch=0xd0000000
        0 - sample out 0x500 1 0x41
        0 - sample out 0x501 1 0x3
        900000 - sample in 0x501 1 %s
        """;
    Replay.check(recording(foreign.formatted("0x3")), new SampleProvider());
    String message = differenceIn(recording(foreign.formatted("0x7")), new SampleProvider());
    assertTrue(message.contains("replayed: in 0x501 1 0x3"), message);
  }

  @Test
  void recordingWithoutCreation_saysHowToCut() throws IOException {
    Path file = recording(HEADER.replace("0 - sample create\n", "") + EVENTS);
    assertTrue(differenceIn(file, new SampleProvider()).contains("Cut only at the end"));
  }

  private String differenceIn(Path file, DeviceProvider provider) {
    return assertThrows(AssertionError.class, () -> Replay.check(file, provider)).getMessage();
  }

  private Path recording(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "recording", ".rec"), text);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
