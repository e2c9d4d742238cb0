package org.kvm4j.machine.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.machine.BootException;
import org.kvm4j.testkit.FakeGuestMemory;

class KernelLoaderTest {

  private static final int RAM_BYTES = 16 << 20;
  private static final long PARAMS = 0x7000;

  @TempDir Path directory;

  private final MemoryLayout layout = MemoryLayout.ofRam(RAM_BYTES);
  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);

  private BootState boot(Path kernel, Optional<Path> initrd, String commandLine) {
    try (KernelLoader loader =
        KernelLoader.open(kernel, Optional.empty(), initrd, commandLine, layout)) {
      return loader.load(memory, OptionalLong.of(0xe_0000), List.of());
    }
  }

  private Path initrd(int sizeBytes) throws IOException {
    byte[] bytes = new byte[sizeBytes];
    Arrays.fill(bytes, (byte) 0x5a);
    return Files.write(directory.resolve("initrd"), bytes);
  }

  @Test
  void bzImage_hasItsCodeAtItsPreferredAddressAndEntersThere() throws IOException {
    BootState state = boot(BzImageFile.in(directory), Optional.empty(), "");

    byte[] file = BzImageFile.bytes();
    assertArrayEquals(
        Arrays.copyOfRange(file, BzImageFile.CODE_OFFSET, file.length),
        memory.read(BzImageFile.PREF_ADDRESS, BzImageFile.CODE_BYTES));
    assertEquals(BzImageFile.PREF_ADDRESS + 0x200, state.registers().rip());
    assertEquals(PARAMS, state.registers().rsi());
    assertEquals(2, state.registers().rflags(), "interrupts are off");
  }

  @Test
  void setupHeader_isCopiedToItsRealEndAndFilledIn() throws IOException {
    boot(BzImageFile.in(directory), Optional.empty(), "");

    byte[] expected = new byte[BzImageFile.HEADER_END - SetupHeader.START];
    ByteBuffer header = ByteBuffer.wrap(BzImageFile.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    header.put(SetupHeader.TYPE_OF_LOADER, (byte) 0xff);
    header.putShort(SetupHeader.VID_MODE, (short) 0xffff);
    header.putInt(SetupHeader.CODE32_START, (int) BzImageFile.PREF_ADDRESS);
    header.putInt(SetupHeader.CMD_LINE_PTR, 0x2_0000);
    header.get(SetupHeader.START, expected);
    assertArrayEquals(expected, memory.read(PARAMS + SetupHeader.START, expected.length));
  }

  @Test
  void bootParams_areZeroWhereNothingIsSaid() throws IOException {
    for (long at = PARAMS; at < PARAMS + 4096; at++) {
      memory.writeByte(at, 0xee);
    }

    boot(BzImageFile.in(directory), Optional.empty(), "");

    assertAllZero(PARAMS, BootParams.ACPI_RSDP_ADDR);
    assertAllZero(PARAMS + BootParams.ACPI_RSDP_ADDR + 8, BootParams.E820_ENTRIES - 0x78);
    assertAllZero(PARAMS + BootParams.E820_ENTRIES + 1, SetupHeader.START - 0x1e9);
    assertAllZero(PARAMS + BzImageFile.HEADER_END, BootParams.E820_TABLE - BzImageFile.HEADER_END);
    int used = BootParams.E820_TABLE + 20 * layout.e820().size();
    assertAllZero(PARAMS + used, 4096 - used);
  }

  private void assertAllZero(long address, int length) {
    assertArrayEquals(new byte[length], memory.read(address, length), Long.toHexString(address));
  }

  @Test
  void loadflags_keepOnlyWhatTheKernelSays() throws IOException {
    boot(
        BzImageFile.in(directory, b -> b.put(SetupHeader.LOADFLAGS, (byte) 0xe3)),
        Optional.empty(),
        "");

    assertEquals(1, memory.readByte(PARAMS + SetupHeader.LOADFLAGS));
  }

  @Test
  void e820AndRsdp_areInBootParams() throws IOException {
    boot(BzImageFile.in(directory), Optional.empty(), "");

    assertEquals(0xe_0000, memory.readLong(PARAMS + 0x070));
    assertEquals(5, memory.readByte(PARAMS + 0x1e8));
    long highMemory = PARAMS + 0x2d0 + 3 * 20;
    assertEquals(0x10_0000, memory.readLong(highMemory));
    assertEquals(RAM_BYTES - 0x10_0000, memory.readLong(highMemory + 8));
    assertEquals(1, memory.readInt(highMemory + 16));
    assertEquals(2, memory.readInt(highMemory - 4), "type of the entry before: reserved");
  }

  @Test
  void withoutAcpi_noRsdpIsNamed() throws IOException {
    try (KernelLoader loader =
        KernelLoader.open(
            BzImageFile.in(directory), Optional.empty(), Optional.empty(), "", layout)) {
      loader.load(memory, OptionalLong.empty(), List.of());
    }

    assertEquals(0, memory.readLong(PARAMS + 0x070));
  }

  @Test
  void commandLine_endsInNul() throws IOException {
    memory.writeByte(0x2_0000 + 13, 0xee);

    boot(BzImageFile.in(directory), Optional.empty(), "console=ttyS0");

    assertEquals(0x2_0000, memory.readInt(PARAMS + SetupHeader.CMD_LINE_PTR));
    assertArrayEquals("console=ttyS0\0".getBytes(UTF_8), memory.read(0x2_0000, 14));
  }

  @Test
  void commandLineOfExactlyCmdlineSize_isTaken() throws IOException {
    boot(BzImageFile.in(directory), Optional.empty(), "x".repeat(BzImageFile.CMDLINE_SIZE));

    assertEquals('x', memory.readByte(0x2_0000 + BzImageFile.CMDLINE_SIZE - 1));
    assertEquals(0, memory.readByte(0x2_0000 + BzImageFile.CMDLINE_SIZE));
  }

  @Test
  void longerCommandLine_isRefusedNotCut() throws IOException {
    Path kernel = BzImageFile.in(directory);

    assertRefused(kernel, Optional.empty(), "x".repeat(101), "101 bytes", "at most 100");
    assertRefused(kernel, Optional.empty(), "ü".repeat(51), "102 bytes", "at most 100");
  }

  @Test
  void commandLineBeyondItsPlace_isRefused_evenIfTheKernelWouldTakeIt() throws IOException {
    Path kernel = BzImageFile.in(directory, b -> b.putInt(SetupHeader.CMDLINE_SIZE, -1));

    assertRefused(kernel, Optional.empty(), "x".repeat(0x1_0000), "at most 65535");
  }

  @Test
  void commandLineWithNul_isRefused() throws IOException {
    assertRefused(BzImageFile.in(directory), Optional.empty(), "quiet\0panic=1", "NUL");
  }

  @Test
  void initrd_isPageAlignedAtTheTopOfRam() throws IOException {
    boot(BzImageFile.in(directory), Optional.of(initrd(5000)), "");

    long expected = RAM_BYTES - 2 * 4096;
    assertEquals(expected, memory.readInt(PARAMS + 0x218));
    assertEquals(5000, memory.readInt(PARAMS + 0x21c));
    assertEquals(0, memory.readInt(PARAMS + 0x0c0));
    assertEquals(0, memory.readInt(PARAMS + 0x0c4));
    assertEquals(0, memory.readByte(expected - 1));
    assertEquals(0x5a, memory.readByte(expected));
    assertEquals(0x5a, memory.readByte(expected + 4999));
    assertEquals(0, memory.readByte(expected + 5000));
  }

  @Test
  void initrd_endsAtInitrdAddrMax_whenRamGoesFurther() throws IOException {
    Path kernel = BzImageFile.in(directory, b -> b.putInt(SetupHeader.INITRD_ADDR_MAX, 0x7f_ffff));

    boot(kernel, Optional.of(initrd(4096)), "");

    assertEquals(0x7f_f000, memory.readInt(PARAMS + 0x218));
  }

  @Test
  void initrdThatDoesNotFitAboveTheKernel_isRefusedWithTheRamNeeded() throws IOException {
    int room = RAM_BYTES - (int) (BzImageFile.PREF_ADDRESS + BzImageFile.INIT_SIZE);
    Path kernel = BzImageFile.in(directory);

    boot(kernel, Optional.of(initrd(room)), "");
    assertRefused(
        kernel,
        Optional.of(initrd(room + 1)),
        "",
        "Initrd",
        "takes 17 MiB",
        "has 16",
        "give the VM 32");
  }

  @Test
  void initrdBeyondInitrdAddrMax_isRefused_asMoreRamWouldNotHelp() throws IOException {
    Path kernel = BzImageFile.in(directory, b -> b.putInt(SetupHeader.INITRD_ADDR_MAX, 0x30_0fff));

    boot(kernel, Optional.of(initrd(4096)), "");
    assertRefused(kernel, Optional.of(initrd(4097)), "", "Initrd", "do not fit", "0x301000");
  }

  @Test
  void initrdAddrMaxBelowTheKernel_isRefused() throws IOException {
    Path kernel = BzImageFile.in(directory, b -> b.putInt(SetupHeader.INITRD_ADDR_MAX, 0));

    assertRefused(kernel, Optional.of(initrd(1)), "", "do not fit");
  }

  @Test
  void initrdThatIsNoFile_isRefusedByName() throws IOException {
    Path kernel = BzImageFile.in(directory);

    assertRefused(kernel, Optional.of(directory.resolve("no")), "", "Initrd", "no such file");
    assertRefused(kernel, Optional.of(directory), "", "Initrd", "is a directory");
    assertRefused(kernel, Optional.of(initrd(0)), "", "Initrd", "is empty");
  }

  @Test
  void kernelWhoseInitSizeExceedsRam_isRefusedWithTheRamNeeded() throws IOException {
    Path kernel = BzImageFile.in(directory, b -> b.putInt(SetupHeader.INIT_SIZE, 32 << 20));

    assertRefused(
        kernel,
        Optional.empty(),
        "",
        "too large for the RAM: takes 34 MiB to load, and the VM has 16 MiB. To run, it needs room"
            + " beyond that: give the VM 48 MiB or more.");
  }

  @Test
  void kernelThatReachesIntoTheDeviceHole_isRefused_asMoreRamWouldNotHelp() throws IOException {
    Path kernel = BzImageFile.in(directory, b -> b.putInt(SetupHeader.INIT_SIZE, -1));

    assertRefused(kernel, Optional.empty(), "", "Give another kernel");
  }

  @Test
  void elf_hasItsSegmentsAtTheirPhysicalAddressesAndZerosBehind() throws IOException {
    byte[] file = ElfFile.bytes();
    long zeros = ElfFile.DATA_ADDRESS + 0x100;
    long end = ElfFile.DATA_ADDRESS + ElfFile.DATA_MEMORY_BYTES;
    for (long at = zeros; at <= end; at++) {
      memory.writeByte(at, 0xee);
    }

    BootState state = boot(ElfFile.in(directory), Optional.empty(), "quiet");

    assertArrayEquals(
        Arrays.copyOfRange(file, ElfFile.TEXT_OFFSET, ElfFile.DATA_OFFSET),
        memory.read(ElfFile.TEXT_ADDRESS, ElfFile.DATA_OFFSET - ElfFile.TEXT_OFFSET));
    assertArrayEquals(
        Arrays.copyOfRange(file, ElfFile.DATA_OFFSET, ElfFile.FILE_BYTES),
        memory.read(ElfFile.DATA_ADDRESS, ElfFile.FILE_BYTES - ElfFile.DATA_OFFSET));
    assertAllZero(zeros, (int) (end - zeros));
    assertEquals(0xee, memory.readByte(end), "behind the segment");
    assertEquals(ElfFile.ENTRY, state.registers().rip());
    assertEquals(PARAMS, state.registers().rsi());
  }

  @Test
  void elf_getsASetupHeaderMadeForIt() throws IOException {
    boot(ElfFile.in(directory), Optional.of(initrd(10)), "quiet");

    assertEquals(0xaa55, memory.readShort(PARAMS + 0x1fe));
    assertEquals(0x53726448, memory.readInt(PARAMS + 0x202));
    assertEquals(0x020c, memory.readShort(PARAMS + 0x206));
    assertEquals(0xff, memory.readByte(PARAMS + 0x210));
    assertEquals(1, memory.readByte(PARAMS + 0x211));
    assertEquals(RAM_BYTES - 4096, memory.readInt(PARAMS + 0x218));
    assertEquals(0x2_0000, memory.readInt(PARAMS + 0x228));
  }

  @Test
  void loadingAgain_givesTheSameMemory() throws IOException {
    try (KernelLoader loader =
        KernelLoader.open(
            BzImageFile.in(directory),
            Optional.empty(),
            Optional.of(initrd(4096)),
            "quiet",
            layout)) {
      loader.load(memory, OptionalLong.empty(), List.of());
      byte[] first = memory.read(0, RAM_BYTES);
      memory.clear(PARAMS, 4096);
      memory.clear(BzImageFile.PREF_ADDRESS, BzImageFile.CODE_BYTES);

      loader.load(memory, OptionalLong.empty(), List.of());

      assertArrayEquals(first, memory.read(0, RAM_BYTES));
    }
  }

  @Test
  void fileThatBecomesShorterAfterTheCheck_isRefused() throws IOException {
    Path kernel = BzImageFile.in(directory);
    try (KernelLoader loader =
        KernelLoader.open(kernel, Optional.empty(), Optional.empty(), "", layout)) {
      Files.write(kernel, new byte[2048], StandardOpenOption.TRUNCATE_EXISTING);

      BootException e =
          assertThrows(
              BootException.class, () -> loader.load(memory, OptionalLong.empty(), List.of()));

      assertTrue(e.getMessage().contains("became shorter"), e.getMessage());
    }
  }

  private void assertRefused(
      Path kernel, Optional<Path> initrd, String commandLine, String... reasons) {
    BootException e =
        assertThrows(
            BootException.class,
            () -> KernelLoader.open(kernel, Optional.empty(), initrd, commandLine, layout).close());
    for (String reason : reasons) {
      assertTrue(e.getMessage().contains(reason), e.getMessage());
    }
  }
}
