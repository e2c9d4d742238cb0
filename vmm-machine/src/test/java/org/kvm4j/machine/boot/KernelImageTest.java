package org.kvm4j.machine.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.machine.BootException;

class KernelImageTest {

  @TempDir Path directory;

  @Test
  void bzImage_takesItsInitSizeFromItsPreferredAddressOn() throws IOException {
    try (KernelImage image = KernelImage.open(BzImageFile.in(directory), Optional.empty())) {
      assertEquals(Range.ofSize(BzImageFile.PREF_ADDRESS, BzImageFile.INIT_SIZE), image.memory());
      assertEquals(BzImageFile.CMDLINE_SIZE, image.cmdlineSize());
      assertEquals(0x7fff_ffffL, image.initrdAddrMax());
    }
  }

  @Test
  void relocatableBzImage_isAligned_whenItsPreferredAddressIsNot() throws IOException {
    Path file = BzImageFile.in(directory, b -> b.putLong(SetupHeader.PREF_ADDRESS, 0x30_1000));

    try (KernelImage image = KernelImage.open(file, Optional.empty())) {
      assertEquals(0x40_0000, image.memory().start());
    }
  }

  @Test
  void relocatableBzImage_isAbove1MiB_whenItPrefersNothing() throws IOException {
    Path file = BzImageFile.in(directory, b -> b.putLong(SetupHeader.PREF_ADDRESS, 0));

    try (KernelImage image = KernelImage.open(file, Optional.empty())) {
      assertEquals(0x20_0000, image.memory().start());
    }
  }

  @Test
  void fixedBzImage_isExactlyWhereItWants() throws IOException {
    Path file =
        BzImageFile.in(
            directory,
            b ->
                b.put(SetupHeader.RELOCATABLE_KERNEL, (byte) 0)
                    .putLong(SetupHeader.PREF_ADDRESS, 0x30_1000));

    try (KernelImage image = KernelImage.open(file, Optional.empty())) {
      assertEquals(0x30_1000, image.memory().start());
    }
  }

  @Test
  void bzImageWithASignatureBehindIt_isTaken() throws IOException {
    byte[] signed = Arrays.copyOf(BzImageFile.bytes(), 8192);
    Path file = Files.write(directory.resolve("signed"), signed);

    try (KernelImage image = KernelImage.open(file, Optional.empty())) {
      assertEquals(BzImageFile.PREF_ADDRESS, image.memory().start());
    }
  }

  @Test
  void bzImageThatCannotBoot_isRefusedWithTheReason() throws IOException {
    assertBzImageRefused(b -> b.put(SetupHeader.LOADFLAGS, (byte) 0), "a zImage");
    assertBzImageRefused(b -> b.putShort(SetupHeader.VERSION, (short) 0x20b), "protocol 2.11");
    assertBzImageRefused(b -> b.putShort(SetupHeader.XLOADFLAGS, (short) 0x3e), "32-bit kernel");
    assertBzImageRefused(b -> b.put(SetupHeader.JUMP, (byte) 0x90), "no sensible length");
    assertBzImageRefused(b -> b.put(SetupHeader.JUMP + 1, (byte) 0x65), "no sensible length");
    assertBzImageRefused(b -> b.put(SetupHeader.JUMP + 1, (byte) 0x8f), "no sensible length");
    assertBzImageRefused(b -> b.putInt(SetupHeader.SYSSIZE, 0), "no code");
    assertBzImageRefused(b -> b.putInt(SetupHeader.SYSSIZE, 257), "truncated: it has 5632 bytes");
    assertBzImageRefused(b -> b.putInt(SetupHeader.SYSSIZE, -1), "truncated");
    assertBzImageRefused(b -> b.putInt(SetupHeader.KERNEL_ALIGNMENT, 0), "no power of two");
    assertBzImageRefused(b -> b.putInt(SetupHeader.KERNEL_ALIGNMENT, 3), "no power of two");
    assertBzImageRefused(b -> b.putLong(SetupHeader.PREF_ADDRESS, -1), "no RAM can be");
    assertBzImageRefused(b -> b.putLong(SetupHeader.PREF_ADDRESS, 3L << 30), "no RAM can be");
    assertBzImageRefused(
        b -> b.put(SetupHeader.RELOCATABLE_KERNEL, (byte) 0).putLong(SetupHeader.PREF_ADDRESS, 0),
        "below 1 MiB");
  }

  @Test
  void setupSectsOf0_means4() throws IOException {
    // Four sectors and the boot sector leave 1024 bytes less for the code than there were.
    assertBzImageRefused(
        b -> b.put(SetupHeader.SETUP_SECTS, (byte) 0), "its header says " + (5 * 512 + 4096));
  }

  private void assertBzImageRefused(Consumer<ByteBuffer> fault, String reason) throws IOException {
    assertRefused(BzImageFile.in(directory, fault), reason);
  }

  @Test
  void elf_takesAllItsSegments() throws IOException {
    try (KernelImage image = KernelImage.open(ElfFile.in(directory), Optional.empty())) {
      long end = ElfFile.DATA_ADDRESS + ElfFile.DATA_MEMORY_BYTES;
      assertEquals(new Range(ElfFile.TEXT_ADDRESS, end), image.memory());
      assertEquals(2047, image.cmdlineSize());
    }
  }

  @Test
  void elfThatCannotBoot_isRefusedWithTheReason() throws IOException {
    assertElfRefused(b -> b.put(4, (byte) 1), "x32 mode");
    assertElfRefused(b -> b.putShort(ElfFile.E_MACHINE, (short) 183), "ARM64");
    assertElfRefused(b -> b.putShort(ElfFile.E_MACHINE, (short) 21), "machine number 21");
    assertElfRefused(b -> b.put(5, (byte) 2), "big-endian");
    assertElfRefused(b -> b.putShort(ElfFile.E_TYPE, (short) 3), "program, not a kernel");
    assertElfRefused(b -> b.putInt(ElfFile.NOTE, 3), "a program for Linux");
    assertElfRefused(b -> b.putShort(ElfFile.E_PHENTSIZE, (short) 32), "wrong size");
    assertElfRefused(b -> b.putShort(ElfFile.E_PHNUM, (short) 0), "nothing to load");
    assertElfRefused(b -> b.putShort(ElfFile.E_PHNUM, (short) 0xffff), "truncated");
    assertElfRefused(b -> b.putLong(ElfFile.E_PHOFF, -64), "truncated");
    assertElfRefused(b -> b.putLong(ElfFile.E_PHOFF, Long.MAX_VALUE), "truncated");
    assertElfRefused(b -> b.putLong(ElfFile.E_ENTRY, 0xffff_ffff_8100_0000L), "its entry");
    assertElfRefused(b -> b.putLong(ElfFile.E_ENTRY, 0x28_0000), "its entry");
  }

  @Test
  void elfWithABadSegment_isRefusedWithTheReason() throws IOException {
    assertSegmentRefused(ElfFile.P_OFFSET, ElfFile.FILE_BYTES - 1, "truncated");
    assertSegmentRefused(ElfFile.P_OFFSET, -1, "truncated");
    assertSegmentRefused(ElfFile.P_OFFSET, Long.MAX_VALUE, "truncated");
    assertSegmentRefused(ElfFile.P_FILESZ, Long.MIN_VALUE, "truncated");
    assertSegmentRefused(ElfFile.P_MEMSZ, 0xff, "more bytes in the file than in memory");
    assertSegmentRefused(ElfFile.P_MEMSZ, 3L << 30, "not between 1 MiB and 3 GiB");
    assertSegmentRefused(ElfFile.P_MEMSZ, Long.MAX_VALUE, "not between 1 MiB and 3 GiB");
    assertSegmentRefused(ElfFile.P_PADDR, 0x9000, "not between 1 MiB and 3 GiB");
    assertSegmentRefused(ElfFile.P_PADDR, -4096, "not between 1 MiB and 3 GiB");
    assertSegmentRefused(ElfFile.P_PADDR, ElfFile.TEXT_ADDRESS + 0x1ff, "overlap");
  }

  private void assertSegmentRefused(int field, long value, String reason) throws IOException {
    assertElfRefused(b -> b.putLong(ElfFile.DATA + field, value), reason);
  }

  private void assertElfRefused(Consumer<ByteBuffer> fault, String reason) throws IOException {
    assertRefused(ElfFile.in(directory, fault), reason);
  }

  @Test
  void elfCutInItsHeader_isRefused() throws IOException {
    Path file = Files.write(directory.resolve("cut"), HexFormat.of().parseHex("7f454c46020101"));

    assertRefused(file, "truncated: an ELF file of 7 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 425a6839,         compressed with bzip2",
    "56, 41524d64,        an Image for ARM64",
    "56, 52534305,        an Image for RISC-V",
    "0, 27051956,         uImage",
    "0, 4d5a9000,         a PE program",
    "510, 55aa,           boot sector",
    "0, deadbeef,         it starts with the bytes de ad be ef 00 00 00 00",
  })
  void fileThatIsNoKernelFor64BitX86_isNamedForWhatItIs(int offset, String magic, String reason)
      throws IOException {
    byte[] bytes = new byte[2048];
    byte[] start = HexFormat.of().parseHex(magic);
    System.arraycopy(start, 0, bytes, offset, start.length);

    assertRefused(Files.write(directory.resolve("file"), bytes), reason);
  }

  @Test
  void textFile_isQuoted() throws IOException {
    Path file = Files.write(directory.resolve("script"), "#!/bin/sh\nls\n".getBytes(US_ASCII));

    assertRefused(file, "not a kernel: it starts with \"#!/bin/sh\"");
  }

  @Test
  void oneByte_isNotAKernel() throws IOException {
    assertRefused(Files.write(directory.resolve("byte"), new byte[] {0x7f}), "not a kernel");
  }

  @Test
  void pathThatIsNoFileToRead_isNamedForWhatItIs() throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));

    assertRefused(directory.resolve("missing"), "no such file");
    assertRefused(directory, "is a directory");
    assertRefused(empty, "is empty");
    assertRefused(Path.of("/dev/null"), "is not a regular file");
  }

  private static void assertRefused(Path file, String reason) {
    BootException e =
        assertThrows(BootException.class, () -> KernelImage.open(file, Optional.empty()).close());
    assertTrue(e.getMessage().startsWith("Kernel " + file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
