package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.machine.probe.InstructionProbe.Line;

final class InstructionListTest {

  @Test
  void bytes_areWhatTheirDisassemblyAssemblesTo(@TempDir Path directory) throws Exception {
    List<Line> lines =
        InstructionList.load().stream().flatMap(probe -> probe.lines().stream()).toList();
    String start = ".intel_syntax noprefix\n.globl _start\n_start:\n";
    String source =
        lines.stream().map(Line::disassembly).collect(Collectors.joining("\n", start, "\n"));

    byte[] assembled =
        new Assembler(directory)
            .assemble(Files.writeString(directory.resolve("listing.s"), source));

    assertEquals(
        lines.stream().map(Line::hex).collect(Collectors.joining(" ")),
        HexFormat.ofDelimiter(" ").formatHex(assembled));
  }

  @Test
  void load_beginsWithTheSimplestProbe() {
    InstructionProbe first = InstructionList.load().get(0);

    assertEquals("nop", first.name());
    assertArrayEquals(new byte[] {(byte) 0x90}, first.code());
    assertEquals(Optional.empty(), first.feature());
  }

  @Test
  void load_hasEachNameOnce() {
    List<String> names = InstructionList.load().stream().map(InstructionProbe::name).toList();

    assertEquals(names.stream().distinct().toList(), names);
    assertTrue(names.containsAll(List.of("int3", "cmpxchg16b", "xsaves", "clac", "swapgs")));
  }

  @Test
  void parse_takesFeatureExceptionAndCode() {
    List<InstructionProbe> probes =
        InstructionList.parse(
            """
            # a comment

            two things [CX16] -> PAGE_FAULT
              90              nop
              0f 0b           ud2
            plain
              f4  hlt
            """);

    assertEquals(2, probes.size());
    assertEquals("two things", probes.get(0).name());
    assertEquals(Optional.of(CpuFeature.CX16), probes.get(0).feature());
    assertEquals(Optional.of(Vector.PAGE_FAULT), probes.get(0).expected());
    assertArrayEquals(new byte[] {(byte) 0x90, 0x0f, 0x0b}, probes.get(0).code());
    assertEquals("plain", probes.get(1).name());
    assertEquals(Optional.empty(), probes.get(1).expected());
  }

  @Test
  void parse_refusesALineOfAnotherForm() {
    assertThrows(IllegalArgumentException.class, () -> InstructionList.parse("nop\n  9  nop\n"));
    assertThrows(IllegalArgumentException.class, () -> InstructionList.parse("nop [NO_SUCH]\n"));
  }
}
