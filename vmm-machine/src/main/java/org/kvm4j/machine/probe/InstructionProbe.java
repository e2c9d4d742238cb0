package org.kvm4j.machine.probe;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kvm4j.CpuidTable;

/**
 * One thing to try at CPL 0 in long mode.
 *
 * @param name for the user
 * @param feature the CPUID bit without which a kernel does not execute it
 * @param expected the exception or interrupt that must come, instead of the end of the code
 * @param lines its code
 */
record InstructionProbe(
    String name, Optional<CpuFeature> feature, Optional<Vector> expected, List<Line> lines) {

  /**
   * One instruction.
   *
   * @param hex its bytes, each of two digits, with a space between them
   * @param disassembly in Intel syntax
   */
  record Line(String hex, String disassembly) {}

  InstructionProbe {
    Objects.requireNonNull(name, "name");
    lines = List.copyOf(lines);
  }

  boolean isOfferedBy(CpuidTable table) {
    return feature.map(needed -> needed.isOfferedBy(table)).orElse(true);
  }

  byte[] code() {
    String hex = lines.stream().map(Line::hex).collect(Collectors.joining(" "));
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }
}
