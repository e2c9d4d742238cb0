package org.kvm4j.machine.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;
import org.kvm4j.testkit.FakeGuestMemory;

final class PvhImageTest {

  private static final int RAM_BYTES = 16 << 20;

  @TempDir Path directory;

  private final MemoryLayout layout = MemoryLayout.ofRam(RAM_BYTES);
  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);

  private KernelLoader open(Path kernel, Optional<BootProtocol> wanted, Optional<Path> initrd) {
    return KernelLoader.open(kernel, wanted, initrd, "quiet", layout);
  }

  private BootState boot(Path kernel, Optional<Path> initrd) {
    try (KernelLoader loader = open(kernel, Optional.of(BootProtocol.PVH), initrd)) {
      return loader.load(memory, OptionalLong.of(0xe_0000), List.of("more"));
    }
  }

  @Test
  void startInfo_tellsCommandLineRamDiskTablesAndMemory() throws IOException {
    Path initrd = Files.write(directory.resolve("initrd"), new byte[5000]);

    BootState state = boot(PvhFile.elf64(directory), Optional.of(initrd));

    long info = state.registers().rbx();
    assertEquals(0x336e_c578, memory.readInt(info));
    assertEquals(1, memory.readInt(info + 4), "version");
    assertEquals(0, memory.readInt(info + 8), "flags");
    assertEquals(1, memory.readInt(info + 12), "modules");
    long module = memory.readLong(info + 16);
    assertEquals(RAM_BYTES - 8192, memory.readLong(module));
    assertEquals(5000, memory.readLong(module + 8));
    assertEquals(0, memory.readLong(module + 16), "no command line of its own");
    assertArrayEquals("quiet more\0".getBytes(UTF_8), memory.read(memory.readLong(info + 24), 11));
    assertEquals(0xe_0000, memory.readLong(info + 32));
    long map = memory.readLong(info + 40);
    assertEquals(layout.e820().size(), memory.readInt(info + 48));
    for (E820Entry entry : layout.e820()) {
      assertEquals(entry.range().start(), memory.readLong(map));
      assertEquals(entry.range().sizeBytes(), memory.readLong(map + 8));
      assertEquals(entry.type().number(), memory.readInt(map + 16));
      map += 24;
    }
    assertTrue(map <= MemoryLayout.BOOT_PARAMS.end());
  }

  @Test
  void withoutRamDisk_thereIsNoModule() throws IOException {
    BootState state = boot(PvhFile.elf64(directory), Optional.empty());

    assertEquals(0, memory.readInt(state.registers().rbx() + 12));
  }

  @Test
  void vcpu_entersTheNotesEntryIn32BitModeWithoutPaging() throws IOException {
    BootState state = boot(PvhFile.elf64(directory), Optional.empty());

    assertEquals(BootState.Mode.PROTECTED, state.mode());
    assertEquals(PvhFile.ENTRY, state.registers().rip());
    assertEquals(2, state.registers().rflags(), "interrupts are off");
  }

  @Test
  void vmlinuxWithBothEntries_isEnteredByLinuxsProtocolUnlessToldOtherwise() throws IOException {
    Path kernel = PvhFile.elf64(directory);

    try (KernelLoader loader = open(kernel, Optional.empty(), Optional.empty())) {
      assertEquals("an ELF vmlinux, by the Linux 64-bit boot protocol", loader.description());
    }
    try (KernelLoader loader = open(kernel, Optional.of(BootProtocol.PVH), Optional.empty())) {
      assertEquals("an ELF file, by PVH", loader.description());
    }
  }

  @Test
  void elfWhoseOnlyPhysicalEntryIsTheNotes_isEnteredByPvh() throws IOException {
    Path kernel = PvhFile.elf64(directory, b -> b.putLong(ElfFile.E_ENTRY, 0xffff_ffff_8100_0000L));

    try (KernelLoader loader = open(kernel, Optional.empty(), Optional.empty())) {
      assertEquals("an ELF file, by PVH", loader.description());
    }
  }

  @Test
  void elf32WithTheNote_isEnteredByPvh_withZerosBehindItsSegment() throws IOException {
    Path kernel = PvhFile.elf32(directory);
    memory.writeLong(PvhFile.ADDRESS + PvhFile.CODE_BYTES, -1);

    try (KernelLoader loader = open(kernel, Optional.empty(), Optional.empty())) {
      BootState state = loader.load(memory, OptionalLong.empty(), List.of());

      assertEquals(BootState.Mode.PROTECTED, state.mode());
      assertEquals(PvhFile.ADDRESS, state.registers().rip());
      assertEquals(0xf4, memory.readByte(PvhFile.ADDRESS));
      assertEquals(0, memory.readLong(PvhFile.ADDRESS + PvhFile.CODE_BYTES));
    }
  }

  @Test
  void fileThatPvhCannotEnter_isRefusedWithTheReason() throws IOException {
    assertRefused(
        ElfFile.in(directory, b -> b.putShort(ElfFile.E_PHNUM, (short) 2)), "no PVH entry");
    assertRefused(
        ElfFile.in(directory, b -> b.putInt(ElfFile.NOTE, 4)), "its notes would end after");
    assertRefused(PvhFile.elf64(directory, b -> b.putInt(PvhFile.NOTE_TYPE, 17)), "no PVH entry");
    assertRefused(PvhFile.elf64(directory, b -> b.putInt(PvhFile.NOTE_NAME, 0)), "no PVH entry");
    assertRefused(
        PvhFile.elf64(directory, b -> b.putInt(PvhFile.NOTE_NAME - 12, -1)), "no PVH entry");
    assertRefused(
        PvhFile.elf64(directory, b -> b.putInt(PvhFile.NOTE_NAME - 8, -1)), "no PVH entry");
    assertRefused(
        PvhFile.elf64(directory, b -> b.putLong(PvhFile.NOTE_VALUE, 0x10)),
        "in none of its segments");
  }

  @Test
  void elf32WithoutTheNote_isRefused() throws IOException {
    Path kernel = PvhFile.elf32(directory, b -> b.putShort(0x2c, (short) 1));

    BootException e =
        assertThrows(
            BootException.class, () -> open(kernel, Optional.empty(), Optional.empty()).close());
    assertTrue(e.getMessage().contains("an ELF file for 32-bit x86"), e.getMessage());
  }

  private void assertRefused(Path kernel, String reason) {
    BootException e = assertThrows(BootException.class, () -> boot(kernel, Optional.empty()));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
