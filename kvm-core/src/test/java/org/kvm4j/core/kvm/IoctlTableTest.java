package org.kvm4j.core.kvm;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;

/** The registry of calls and the table in the docs: every ioctl has its place in both. */
final class IoctlTableTest {

  private static final Path TABLE = Path.of("../docs/ioctls.md");

  /** For tools/ioctl-table, which adds what two KVMs have made of them. */
  private static final Path CALLS = Path.of("target/ioctl-calls.txt");

  @Test
  void everyIoctl_hasACallOnEachDescriptorThatTakesIt() {
    List<String> missing = new ArrayList<>();
    for (Ioctl ioctl : Ioctl.values()) {
      for (FdKind kind : FdKind.values()) {
        if (ioctl.isFor(kind) && calls().noneMatch(c -> c.ioctl() == ioctl && c.kind() == kind)) {
          missing.add(ioctl + " on " + kind);
        }
      }
    }

    assertEquals(List.of(), missing);
  }

  @Test
  void theTable_hasEveryCall() throws IOException {
    List<String> rows =
        calls()
            .collect(
                groupingBy(IoctlTableTest::name, TreeMap::new, mapping(IoctlCall::java, toList())))
            .entrySet()
            .stream()
            .map(row -> row.getKey() + " " + String.join(", ", new TreeSet<>(row.getValue())))
            .toList();
    Files.createDirectories(CALLS.getParent());
    Files.write(CALLS, rows);

    assertEquals(rows, documented(), "docs/ioctls.md: see tools/ioctl-table");
  }

  private static String name(IoctlCall call) {
    return call.ioctl() + " " + call.kind();
  }

  private static Stream<IoctlCall> calls() {
    return IoctlCalls.all().stream();
  }

  private static List<String> documented() throws IOException {
    try (Stream<String> lines = Files.lines(TABLE)) {
      return lines
          .filter(line -> line.startsWith("| KVM_"))
          .map(line -> line.split("\\|"))
          .map(cells -> "%s %s %s".formatted(cells[1].strip(), cells[2].strip(), cells[3].strip()))
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }
}
