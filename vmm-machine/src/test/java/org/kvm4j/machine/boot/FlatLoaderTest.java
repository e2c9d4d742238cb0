package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.CodeMode;
import org.kvm4j.testkit.FakeGuestMemory;

final class FlatLoaderTest {

  private static final int RAM_BYTES = 4 << 20;

  @TempDir Path directory;

  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);

  private FlatLoader open(int sizeBytes, CodeMode mode, long address) throws IOException {
    byte[] bytes = new byte[sizeBytes];
    bytes[0] = (byte) 0xf4;
    Path file = Files.write(directory.resolve("flat"), bytes);
    return FlatLoader.open(file, mode, address, MemoryLayout.ofRam(RAM_BYTES));
  }

  @ParameterizedTest
  @CsvSource({"REAL, 0x7c00, 16", "PROTECTED, 0x10000, 32", "LONG, 0x3fffff, 64"})
  void code_isWhereTheUserWantsIt_andEnteredThereInItsMode(CodeMode mode, String text, int bits)
      throws IOException {
    long address = Long.decode(text);

    try (FlatLoader loader = open(1, mode, address)) {
      BootState state = loader.load(memory);

      assertEquals(mode.name(), state.mode().name());
      assertEquals(address, state.registers().rip());
      assertEquals(0xf4, memory.readByte(address));
      assertEquals(
          "a flat binary at %s, in %d-bit mode".formatted(text, bits), loader.description());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, LONG,      0x3fffff,   do not fit into 4 MiB",
    "1, LONG,      0xc0000000, not an address of RAM",
    "1, LONG,      -1,         not an address of RAM",
    "1, REAL,      0x10000,    real mode cannot begin",
    "1, REAL,      0x7bff,     its first stack",
    "1, PROTECTED, 0x8000,     its first stack",
    "1, LONG,      0x500,      its first stack",
    "4097, LONG,   0x8000,     its first stack",
    "1, LONG,      0xefff,     its first stack",
  })
  void placeThatCannotBe_isRefused(int sizeBytes, CodeMode mode, String address, String reason) {
    BootException e =
        assertThrows(
            BootException.class, () -> open(sizeBytes, mode, Long.decode(address)).close());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void tablesOfOtherModes_leaveRoom() throws IOException {
    open(0x1000, CodeMode.REAL, 0x8000).close();
    open(0x1000, CodeMode.PROTECTED, 0x9000).close();
  }
}
