package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.stream.Eventually.eventually;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.device.HostStream;

@Timeout(60)
final class FileStreamTest {

  @TempDir Path directory;

  @Test
  void aMegabyte_isInTheFile_afterClose() throws Exception {
    Path file = directory.resolve("log");
    byte[] output = new byte[1 << 20];
    new Random(5).nextBytes(output);
    try (OpenStream stream = HostStreams.open("file:" + file)) {
      assertEquals("output goes to " + file, stream.description());
      new DeviceSide(stream).exchange(output, 0);
      assertEquals(HostStream.NOTHING, stream.read());
    }
    assertArrayEquals(output, Files.readAllBytes(file));
  }

  @Test
  void output_isInTheFile_soonAfterItWasWritten() throws Exception {
    Path file = directory.resolve("log");
    try (OpenStream stream = HostStreams.open("file:" + file)) {
      new DeviceSide(stream).write("booting");
      eventually("in the file", () -> file.toFile().length() == 7);
    }
  }

  @Test
  void anOlderFile_isReplaced() throws Exception {
    Path file = Files.writeString(directory.resolve("log"), "an older run");
    try (OpenStream stream = HostStreams.open("file:" + file)) {
      new DeviceSide(stream).write("new");
    }
    assertEquals("new", Files.readString(file));
  }

  @Test
  void aFullDisk_costsTheOutput_notTheVm() {
    try (OpenStream stream = HostStreams.open("file:/dev/full")) {
      eventually("discarded", () -> stream.write('x') && stream.discardedBytes() > 100_000);
      assertTrue(stream.write('x'));
    }
  }
}
