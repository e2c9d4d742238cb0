package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;
import org.kvm4j.testkit.FakeGuestMemory;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

final class CompressedKernelTest {

  private static final int RAM_BYTES = 16 << 20;

  @TempDir Path directory;

  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);

  static byte[] pack(Compression format, byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    switch (format) {
      case GZIP -> write(new GZIPOutputStream(packed), plain);
      case XZ -> write(new XZOutputStream(packed, new LZMA2Options(0)), plain);
      case LZ4 -> write(new LZ4FrameOutputStream(packed), plain);
      case ZSTD -> packed.writeBytes(Zstd.compress(plain));
      case LZ4_LEGACY -> {
        byte[] block = LZ4Factory.safeInstance().fastCompressor().compress(plain);
        ByteBuffer file = ByteBuffer.allocate(8 + block.length).order(ByteOrder.LITTLE_ENDIAN);
        packed.writeBytes(file.putInt(0x184c2102).putInt(block.length).put(block).array());
      }
    }
    return packed.toByteArray();
  }

  private static void write(OutputStream target, byte[] bytes) throws IOException {
    try (target) {
      target.write(bytes);
    }
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("vmlinux.packed"), bytes);
  }

  private KernelLoader open(Path kernel, BootProtocol... wanted) {
    return KernelLoader.open(
        kernel,
        Arrays.stream(wanted).findFirst(),
        Optional.empty(),
        "",
        MemoryLayout.ofRam(RAM_BYTES));
  }

  @ParameterizedTest
  @EnumSource
  void compressedVmlinux_loadsAsThePlainOne_whateverItIsCalled(Compression format)
      throws IOException {
    try (KernelLoader loader = open(file(pack(format, ElfFile.bytes())))) {
      loader.load(memory, OptionalLong.empty(), List.of());

      assertEquals(
          "an ELF vmlinux compressed with %s, by the Linux 64-bit boot protocol"
              .formatted(format.title()),
          loader.description());
      assertArrayEquals(
          Arrays.copyOfRange(ElfFile.bytes(), ElfFile.TEXT_OFFSET, ElfFile.DATA_OFFSET),
          memory.read(ElfFile.TEXT_ADDRESS, ElfFile.DATA_OFFSET - ElfFile.TEXT_OFFSET));
    }
  }

  @ParameterizedTest
  @EnumSource
  void cutFile_isRefusedAsDamaged(Compression format) throws IOException {
    byte[] packed = pack(format, ElfFile.bytes());

    assertRefused(Arrays.copyOf(packed, packed.length / 2), "damaged");
  }

  @ParameterizedTest
  @EnumSource
  void fileThatUnpacksToFarTooMuch_isRefused(Compression format) throws IOException {
    byte[] bomb = pack(format, new byte[(2 << 20) + 1]);

    try (BootFile file = BootFile.open("Kernel", file(bomb))) {
      BootException e =
          assertThrows(BootException.class, () -> unpackAtMost(2 << 20, file, format, bomb));
      assertTrue(e.getMessage().contains("more than 2 MiB"), e.getMessage());
      unpackAtMost((2 << 20) + 1, file, format, bomb);
    }
  }

  private static void unpackAtMost(long most, BootFile file, Compression format, byte[] packed) {
    file.unpack(format, 0, packed.length, OptionalLong.empty(), most).close();
  }

  @Test
  void fileCompressedTwice_isRefused() throws IOException {
    byte[] once = pack(Compression.GZIP, ElfFile.bytes());

    assertRefused(pack(Compression.XZ, once), "compressed twice, with gzip the second time");
  }

  @Test
  void blockLargerThanTheFormatAllows_isRefused() throws IOException {
    byte[] packed = pack(Compression.LZ4_LEGACY, ElfFile.bytes());
    ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 100 << 20);

    assertRefused(packed, "a block of 104857600 bytes");
  }

  private void assertRefused(byte[] bytes, String reason) throws IOException {
    Path kernel = file(bytes);

    BootException e = assertThrows(BootException.class, () -> open(kernel).close());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void bzImage_givesTheVmlinuxInIt_ifPvhIsWanted(Compression format) throws IOException {
    byte[] payload = pack(format, PvhFile.elf64());
    try (KernelLoader loader = open(file(bzImage(payload)), BootProtocol.PVH)) {
      BootState state = loader.load(memory, OptionalLong.empty(), List.of());

      assertEquals(PvhFile.ENTRY, state.registers().rip());
      assertEquals(
          "an ELF file compressed with %s, by PVH".formatted(format.title()), loader.description());
    }
  }

  @Test
  void bzImageWithoutAPayloadThatCanBeUnpacked_isRefusedForPvh() throws IOException {
    byte[] unknown = bzImage(new byte[100]);
    byte[] outside = bzImage(new byte[100]);
    ByteBuffer.wrap(outside).order(ByteOrder.LITTLE_ENDIAN).putInt(0x248, -1);

    assertRefusedForPvh(unknown, "neither with gzip, xz, zstd nor lz4");
    assertRefusedForPvh(outside, "names no payload");
  }

  private void assertRefusedForPvh(byte[] bytes, String reason) throws IOException {
    Path kernel = file(bytes);

    BootException e =
        assertThrows(BootException.class, () -> open(kernel, BootProtocol.PVH).close());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  /** With the size of what is unpacked behind the payload, as the kernel's build does it. */
  private static byte[] bzImage(byte[] payload) {
    byte[] file = BzImageFile.bytes();
    ByteBuffer image = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0x248, 0x300).putInt(0x24c, payload.length + 4);
    image.position(BzImageFile.CODE_OFFSET + 0x300).put(payload).putInt(PvhFile.elf64().length);
    return file;
  }
}
