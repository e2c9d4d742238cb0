package org.kvm4j.machine.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kvm4j.machine.probe.InstructionProbe.Line;

/** Reads the table of probes, a resource of this package in which its format is explained. */
final class InstructionList {

  private static final String RESOURCE = "instructions.lst";

  /** NAME [FEATURE] -> VECTOR. */
  private static final Pattern PROBE =
      Pattern.compile("(?<name>\\S.*?)( \\[(?<feature>\\w+)])?( -> (?<vector>\\w+))?");

  private static final Pattern CODE =
      Pattern.compile("  (?<hex>[0-9a-f]{2}( [0-9a-f]{2})*)  +(?<disassembly>\\S.*)");

  private InstructionList() {}

  /** All probes in the order of the table; the first is the simplest. */
  static List<InstructionProbe> load() {
    try (InputStream in = InstructionList.class.getResourceAsStream(RESOURCE)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  static List<InstructionProbe> parse(String text) {
    List<InstructionProbe> probes = new ArrayList<>();
    Matcher header = null;
    List<Line> lines = new ArrayList<>();
    for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
      if (!line.startsWith(" ")) {
        addProbe(probes, header, lines);
        header = match(PROBE, line);
        lines.clear();
      } else {
        Matcher code = match(CODE, line);
        lines.add(new Line(code.group("hex"), code.group("disassembly")));
      }
    }
    addProbe(probes, header, lines);
    return List.copyOf(probes);
  }

  private static void addProbe(List<InstructionProbe> probes, Matcher header, List<Line> lines) {
    if (header == null) {
      return;
    }
    probes.add(
        new InstructionProbe(
            header.group("name"),
            Optional.ofNullable(header.group("feature")).map(CpuFeature::valueOf),
            Optional.ofNullable(header.group("vector")).map(Vector::valueOf),
            lines));
  }

  private static Matcher match(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(RESOURCE + ": '" + line + "' is not " + pattern);
    }
    return matcher;
  }
}
