package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.KvmException;
import org.kvm4j.MpState;
import org.kvm4j.Registers;

/** Names of code, from files of all kinds. */
final class SymbolsTest {

  private static final long SYSCALL_ENTRY = 0xffff_ffff_8200_0080L;

  private static final String SYSTEM_MAP =
      """
      0000000000000000 D __per_cpu_start
      ffffffff81000000 T _text
      ffffffff81000040 T secondary_startup_64
      ffffffff81001000 t panic
      ffffffff81001800 D some_data
      ffffffff82000080 T entry_SYSCALL_64
      """;

  @TempDir Path directory;

  private static CpuState at(long rip, long syscallEntry) {
    return new CpuState(
        Registers.builder().rip(rip).build(),
        Cpus.LONG_MODE,
        MpState.RUNNABLE,
        List.of(),
        syscallEntry);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("System.map"), text);
  }

  private Symbols systemMap() throws IOException {
    return Symbols.read(file(SYSTEM_MAP));
  }

  @Test
  void systemMap_namesCode_andNoData() throws IOException {
    assertEquals(
        Optional.of("panic+0x900"), systemMap().at(at(0xffff_ffff_8100_1900L, SYSCALL_ENTRY)));
  }

  @Test
  void kernelMovedByKaslr_isNamedByItsSyscallEntry() throws IOException {
    long slide = 0x1a20_0000L;

    assertEquals(
        Optional.of("panic+0x8"),
        systemMap().at(at(0xffff_ffff_8100_1008L + slide, SYSCALL_ENTRY + slide)));
  }

  @Test
  void kernelThatMayBeMoved_isToldSo() throws IOException {
    assertEquals(
        Optional.of("no symbol: KASLR may have moved the kernel; boot it with nokaslr"),
        systemMap().at(at(0xffff_ffff_9b00_0000L, 0)));
    assertEquals(
        Optional.of("panic+0x0 (if not moved by KASLR)"),
        systemMap().at(at(0xffff_ffff_8100_1000L, 0)));
  }

  @Test
  void addressFarFromEverySymbol_hasNoName() throws IOException {
    assertEquals(Optional.of("no symbol"), systemMap().at(at(0x40_0000, SYSCALL_ENTRY)));
  }

  @Test
  void withoutSymbols_nothingIsSaid() {
    assertEquals(Optional.empty(), Symbols.NONE.at(at(0x1000, 0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Read me.\n",
        "ffffffffffffffff B The real System.map is in the linux-image-dbg package\n",
        "0000000000000000 T _text\n0000000000000000 t panic\n",
      })
  void fileWithoutNamesOfCode_isRefusedInOneSentence(String text) throws IOException {
    Path file = file(text);

    KvmException refusal = assertThrows(KvmException.class, () -> Symbols.read(file));

    assertEquals(
        "Symbols "
            + file
            + ": has no names of code. Give a System.map, or an ELF vmlinux that was not stripped,"
            + " of the guest's kernel.",
        refusal.getMessage());
  }

  @Test
  void missingFileAndDirectory_areRefused() {
    Path missing = directory.resolve("missing");

    assertEquals(
        "Symbols " + missing + ": no such file. Check the name.",
        assertThrows(KvmException.class, () -> Symbols.read(missing)).getMessage());
    assertTrue(
        assertThrows(KvmException.class, () -> Symbols.read(directory))
            .getMessage()
            .contains("is not a regular file"));
  }

  /** Header, symbol table of two, their texts, section headers. */
  private static byte[] elf64() {
    byte[] texts = "\0main\0data\0".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c_457f).put(4, (byte) 2).put(5, (byte) 1);
    file.putLong(0x28, 256).putShort(0x3a, (short) 64).putShort(0x3c, (short) 3);
    symbol64(file, 64 + 24, 1, 2, 0x10_0000); // main, a function
    symbol64(file, 64 + 48, 6, 1, 0x10_0010); // data, an object
    file.position(160).put(texts);
    section64(file, 256 + 64, 2, 64, 72, 2);
    section64(file, 256 + 128, 3, 160, texts.length, 0);
    return file.array();
  }

  private static void symbol64(ByteBuffer file, int at, int name, int type, long value) {
    file.putInt(at, name).put(at + 4, (byte) type).putShort(at + 6, (short) 1);
    file.putLong(at + 8, value);
  }

  private static void section64(
      ByteBuffer file, int at, int type, long offset, long size, int link) {
    file.putInt(at + 4, type).putLong(at + 0x18, offset).putLong(at + 0x20, size);
    file.putInt(at + 0x28, link);
  }

  private static byte[] elf32() {
    byte[] texts = "\0main\0".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c_457f).put(4, (byte) 1).put(5, (byte) 1);
    file.putInt(0x20, 256).putShort(0x2e, (short) 40).putShort(0x30, (short) 2);
    file.putInt(64, 1).putInt(68, 0x10_0000).put(76, (byte) 2).putShort(78, (short) 1);
    file.position(160).put(texts);
    file.putInt(256 + 4, 2).putInt(256 + 0x10, 64).putInt(256 + 0x14, 16).putInt(256 + 0x18, 1);
    file.putInt(296 + 4, 3).putInt(296 + 0x10, 160).putInt(296 + 0x14, texts.length);
    return file.array();
  }

  private Path elf(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("vmlinux"), bytes);
  }

  @Test
  void elfFiles_nameCode() throws IOException {
    for (byte[] bytes : List.of(elf64(), elf32())) {
      assertEquals(
          Optional.of("main+0x12 (if not moved by KASLR)"),
          Symbols.read(elf(bytes)).at(at(0x10_0012, 0)));
    }
  }

  @Test
  void kernelWithoutNames_bringsNone() throws IOException {
    byte[] stripped = elf64();
    ByteBuffer.wrap(stripped).putInt(256 + 64 + 4, 0);

    assertSame(Symbols.NONE, Symbols.ofKernel(elf(stripped)));
    assertSame(Symbols.NONE, Symbols.ofKernel(file("no ELF file")));
    assertTrue(!Symbols.ofKernel(elf(elf64())).isEmpty());
  }

  /** Any damage is a sentence or fewer names: never another exception. */
  @Test
  void damagedElfFiles_areRefusedOrRead() throws IOException {
    Random random = new Random(1);
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] damaged = round % 2 == 0 ? elf64() : elf32();
      for (int i = 0; i < 3; i++) {
        damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt();
      }
      damaged = java.util.Arrays.copyOf(damaged, 4 + random.nextInt(damaged.length - 3));
      Path file = elf(damaged);
      try {
        assertTrue(!Symbols.read(file).isEmpty());
      } catch (KvmException e) {
        refused++;
      }
    }
    assertTrue(refused > 0);
  }
}
