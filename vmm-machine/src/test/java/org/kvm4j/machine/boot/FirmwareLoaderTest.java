package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

final class FirmwareLoaderTest {

  @TempDir Path directory;

  /** What was written where. */
  private final Map<Long, byte[]> written = new HashMap<>();

  private FirmwareLoader open(int sizeBytes) throws IOException {
    byte[] image = new byte[sizeBytes];
    for (int i = 0; i < sizeBytes; i += 4096) {
      image[i] = (byte) (i >> 12);
    }
    return FirmwareLoader.open(Files.write(directory.resolve("bios"), image));
  }

  private GuestMemory memory() throws IOException {
    GuestMemory memory = mock(GuestMemory.class);
    when(memory.readFrom(any(), anyLong(), anyLong()))
        .thenAnswer(
            call -> {
              long length = call.getArgument(2);
              ByteBuffer bytes = ByteBuffer.allocate((int) length);
              FileChannel channel = call.getArgument(0);
              while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
              written.put(call.getArgument(1), bytes.array());
              return length;
            });
    return memory;
  }

  @Test
  void rom_endsAt4GiB_andItsLast128KiBAreBelow1MiBToo() throws IOException {
    try (FirmwareLoader loader = open(256 << 10)) {
      BootState state = loader.load(memory());

      assertEquals(new Range(0xfffc_0000L, 0x1_0000_0000L), loader.rom());
      byte[] image = Files.readAllBytes(directory.resolve("bios"));
      assertArrayEquals(image, written.get(0xfffc_0000L));
      byte[] end = Arrays.copyOfRange(image, 128 << 10, 256 << 10);
      assertArrayEquals(end, written.get(0xe_0000L));
      assertEquals(BootState.Mode.RESET, state.mode());
      assertEquals("firmware of 256 KiB, from the reset vector", loader.description());
    }
  }

  @Test
  void smallRom_isShadowedAsAWhole() throws IOException {
    try (FirmwareLoader loader = open(64 << 10)) {
      loader.load(memory());

      assertEquals(64 << 10, written.get(0xf_0000L).length);
    }
  }

  @Test
  void largestRom_leavesKvmItsPages() throws IOException {
    try (FirmwareLoader loader = open(16 << 20)) {
      assertTrue(loader.rom().start() >= MemoryLayout.TSS_ADDRESS + 3 * 4096);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 4097, (16 << 20) + 4096})
  void imageThatCannotBeFirmware_isRefused(int sizeBytes) {
    BootException e = assertThrows(BootException.class, () -> open(sizeBytes).close());

    assertTrue(e.getMessage().contains("firmware has a multiple of 4096"), e.getMessage());
  }
}
