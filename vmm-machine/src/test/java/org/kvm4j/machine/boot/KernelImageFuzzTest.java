package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;
import org.kvm4j.testkit.FakeGuestMemory;

/** Damaged files give a {@link BootException} or load within RAM, whatever the damage. */
class KernelImageFuzzTest {

  private static final int RAM_BYTES = 8 << 20;
  private static final int ROUNDS = 300;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);
  private final MemoryLayout layout = MemoryLayout.ofRam(RAM_BYTES);
  private Optional<BootProtocol> wanted = Optional.empty();

  /** By a checksum of the format. */
  private boolean everyByteIsChecked;

  private final AtomicInteger loaded = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  @Test
  void damagedBzImage_isRefusedOrLoads() {
    fuzz(BzImageFile.bytes(), SetupHeader.START, BzImageFile.HEADER_END, 41);
  }

  @Test
  void damagedElf_isRefusedOrLoads() {
    fuzz(ElfFile.bytes(), 0, ElfFile.NOTE + 56, 42);
  }

  @Test
  void damagedPvhKernel_isRefusedOrLoads() {
    fuzz(PvhFile.elf32(), 0, PvhFile.elf32().length, 43);
  }

  @Test
  void damagedPvhNote_isRefusedOrLoads() {
    wanted = Optional.of(BootProtocol.PVH);
    fuzz(PvhFile.elf64(), ElfFile.NOTE, PvhFile.elf64().length, 44);
  }

  @Test
  void damagedMultibootKernel_isRefusedOrLoads() {
    byte[] good = MultibootFile.flat(new byte[100]);
    fuzz(good, MultibootFile.HEADER_ADDRESS, MultibootFile.CODE, 45);
  }

  @ParameterizedTest
  @EnumSource
  void damagedCompressedKernel_isRefusedOrLoads(Compression format) throws IOException {
    everyByteIsChecked = true;
    byte[] good = CompressedKernelTest.pack(format, ElfFile.bytes());
    fuzz(good, 0, good.length, 46);
  }

  private void fuzz(byte[] good, int from, int to, long seed) {
    Random random = new Random(seed);
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          Path initrd = Files.write(directory.resolve("initrd"), new byte[10_000]);
          for (int round = 0; round < ROUNDS; round++) {
            tryToLoad(damaged(good, from, to, random), initrd);
          }
        });
    assertTrue(loaded.get() > 0 || everyByteIsChecked, "none was good any more");
    assertTrue(refused.get() > 0, "none was damaged");
  }

  /** A few bytes of the header changed, and now and then the end cut off. */
  private static byte[] damaged(byte[] good, int from, int to, Random random) {
    byte[] bytes = good.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = from + random.nextInt(to - from);
      bytes[at] =
          switch (random.nextInt(3)) {
            case 0 -> (byte) random.nextInt();
            case 1 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
            default -> (byte) -random.nextInt(2);
          };
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private void tryToLoad(byte[] bytes, Path initrd) throws IOException {
    Path kernel = Files.write(directory.resolve("kernel"), bytes);
    try (KernelLoader loader =
        KernelLoader.open(kernel, wanted, Optional.of(initrd), "quiet", layout)) {
      BootState state = loader.load(memory, OptionalLong.empty(), List.of());
      assertTrue(memory.contains(state.registers().rip(), 1));
      loaded.incrementAndGet();
    } catch (BootException e) {
      assertFalse(e.getMessage().isBlank());
      refused.incrementAndGet();
    }
  }
}
