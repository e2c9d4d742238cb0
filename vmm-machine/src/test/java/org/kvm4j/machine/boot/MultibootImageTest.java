package org.kvm4j.machine.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;
import org.kvm4j.testkit.FakeGuestMemory;

final class MultibootImageTest {

  private static final int RAM_BYTES = 16 << 20;
  private static final byte[] HLT = {(byte) 0xf4};

  @TempDir Path directory;

  private final MemoryLayout layout = MemoryLayout.ofRam(RAM_BYTES);
  private final FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);

  private KernelLoader open(Path kernel, Optional<Path> initrd) {
    return KernelLoader.open(kernel, Optional.empty(), initrd, "quiet", layout);
  }

  private BootState boot(Path kernel, Optional<Path> initrd) {
    try (KernelLoader loader = open(kernel, initrd)) {
      return loader.load(memory, OptionalLong.empty(), List.of());
    }
  }

  private Path flat() throws IOException {
    return MultibootFile.flat(directory, file -> {});
  }

  @Test
  void vcpu_isInTheStateThatTheSpecificationPromises() throws IOException {
    BootState state = boot(flat(), Optional.empty());

    assertEquals(BootState.Mode.PROTECTED, state.mode());
    assertEquals(0x2bad_b002, state.registers().rax());
    assertEquals(MultibootFile.ADDRESS + 32, state.registers().rip());
    assertEquals(2, state.registers().rflags(), "interrupts are off");
  }

  @Test
  void flatKernel_isLoadedFromItsLoadAddressOn_withZerosUpToItsBssEnd() throws IOException {
    memory.writeLong(MultibootFile.ADDRESS + 33, -1);

    boot(flat(), Optional.empty());

    assertEquals(0x1bad_b002, memory.readInt(MultibootFile.ADDRESS), "without what is before");
    assertEquals(0xf4, memory.readByte(MultibootFile.ADDRESS + 32));
    assertEquals(0, memory.readLong(MultibootFile.ADDRESS + 33));
  }

  @Test
  void flatKernelWithALoadEnd_isLoadedThatFar() throws IOException {
    boot(
        MultibootFile.flat(
            directory, b -> b.putInt(MultibootFile.LOAD_END, MultibootFile.ADDRESS + 32)),
        Optional.empty());

    assertEquals(0, memory.readByte(MultibootFile.ADDRESS + 32), "that is zeros then");
  }

  @Test
  void information_tellsMemoryCommandLineAndLoader() throws IOException {
    long info = boot(flat(), Optional.empty()).registers().rbx();

    assertEquals(1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9, memory.readInt(info));
    assertEquals(639, memory.readInt(info + 4), "KiB below 640 KiB");
    assertEquals(15 << 10, memory.readInt(info + 8), "KiB from 1 MiB on");
    assertText("quiet\0", memory.readInt(info + 16));
    assertEquals(0, memory.readInt(info + 20), "modules");
    assertText("kvm4j\0", memory.readInt(info + 64));
    long entry = memory.readInt(info + 48);
    assertEquals(24 * layout.e820().size(), memory.readInt(info + 44));
    for (E820Entry expected : layout.e820()) {
      assertEquals(20, memory.readInt(entry));
      assertEquals(expected.range().start(), memory.readLong(entry + 4));
      assertEquals(expected.range().sizeBytes(), memory.readLong(entry + 12));
      assertEquals(expected.type().number(), memory.readInt(entry + 20));
      entry += 24;
    }
  }

  private void assertText(String expected, long address) {
    assertArrayEquals(expected.getBytes(UTF_8), memory.read(address, expected.length()));
  }

  @Test
  void initrd_isAModule_rightBehindTheKernelOnAPageOfItsOwn() throws IOException {
    Path initrd = Files.write(directory.resolve("initrd"), new byte[] {0x5a, 0x5b});

    long info = boot(flat(), Optional.of(initrd)).registers().rbx();

    assertEquals(1, memory.readInt(info + 20));
    long module = memory.readInt(info + 24);
    long start = MultibootFile.ADDRESS + MultibootFile.MEMORY_BYTES;
    assertEquals(start, memory.readInt(module));
    assertEquals(start + 2, memory.readInt(module + 4));
    assertEquals(0x5b5a, memory.readShort(start));
  }

  @Test
  void elfKernel_isEnteredAtThePhysicalAddressOfItsEntry() throws IOException {
    Path kernel = Files.write(directory.resolve("kernel"), MultibootFile.elf32(HLT));

    assertEquals(PvhFile.ADDRESS, boot(kernel, Optional.empty()).registers().rip());
    assertEquals(0xf4, memory.readByte(PvhFile.ADDRESS));
    try (KernelLoader loader = open(kernel, Optional.empty())) {
      assertEquals("an ELF file, by Multiboot 1", loader.description());
    }
  }

  @Test
  void kernelThatDemandsMoreThanThereIs_isRefused() throws IOException {
    assertRefused(demanding(1 << 2), "demands a graphics mode");
    assertRefused(demanding(1 << 5), "flags 0x20");
  }

  private static Consumer<ByteBuffer> demanding(int flag) {
    return b -> MultibootFile.header(b.position(MultibootFile.HEADER), 1 << 16 | flag);
  }

  @Test
  void addressesThatMakeNoSense_areRefused() throws IOException {
    assertRefused(b -> b.putInt(MultibootFile.HEADER_ADDRESS, 0), "before the file does");
    assertRefused(b -> b.putInt(MultibootFile.HEADER_ADDRESS, 0x10_0005), "before the file does");
    assertRefused(b -> b.putInt(MultibootFile.LOAD_END, 0x10_0022), "truncated: it has 37 bytes");
    assertRefused(b -> b.putInt(MultibootFile.LOAD_END, 0x10_0000), "truncated");
    assertRefused(b -> b.putInt(MultibootFile.BSS_END, -1), "between 1 MiB and 3 GiB");
    assertRefused(b -> b.putInt(MultibootFile.ENTRY, 0xf_ffff), "outside what is loaded");
    assertRefused(b -> b.putInt(MultibootFile.ENTRY, 0x10_2000), "outside what is loaded");
    assertRefused(b -> b.putInt(MultibootFile.BSS_END, 0x200_0000), "takes 32 MiB to load");
    assertRefused(
        b ->
            b.putInt(MultibootFile.HEADER_ADDRESS, 0x9000)
                .putInt(MultibootFile.LOAD_ADDRESS, 0x9000),
        "between 1 MiB and 3 GiB");
  }

  private void assertRefused(Consumer<ByteBuffer> fault, String reason) throws IOException {
    Path kernel = MultibootFile.flat(directory, fault);

    BootException e =
        assertThrows(BootException.class, () -> open(kernel, Optional.empty()).close());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void headerWithAWrongChecksum_isNone() throws IOException {
    assertRefused(b -> b.putInt(MultibootFile.CHECKSUM, 1), "not a kernel");
  }

  @Test
  void kernelWithoutTheHeader_isRefusedIfMultibootIsWanted() throws IOException {
    Path kernel = ElfFile.in(directory);

    BootException e =
        assertThrows(
            BootException.class,
            () ->
                KernelLoader.open(
                        kernel, Optional.of(BootProtocol.MULTIBOOT), Optional.empty(), "", layout)
                    .close());
    assertTrue(e.getMessage().contains("has no Multiboot header"), e.getMessage());
  }
}
