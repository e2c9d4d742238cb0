package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kvm4j.core.abi.Ioctl;

/** No ioctl that x86 has is forgotten: it is bound, or the decision not to is written down. */
final class HeaderCoverageTest {

  private static final Path HEADERS =
      Path.of(System.getProperty("kvm.headers", ""), "linux", "kvm.h");

  private static final Path SYSTEM_HEADERS = Path.of("/usr/include/linux/kvm.h");
  private static final Path DECISIONS = Path.of("..", "docs", "adr", "0005-kvm-api.md");

  private static final Pattern DEFINITION =
      Pattern.compile(
          "#\\s*define\\s+(KVM_\\w+)\\s+(?:\\\\\\s*)?(?:_IO[RW]*\\(KVMIO|__KVM_DEPRECATED_\\w+)");

  /** Of other architectures alone. */
  private static final Pattern OTHER =
      Pattern.compile(
          "KVM_(S390|PPC|ARM|MIPS|RISCV|LOONGARCH)_.*|KVM_CREATE_SPAPR_TCE.*|KVM_ALLOCATE_RMA"
              + "|KVM_DIRTY_TLB");

  @Test
  void everyX86IoctlOfTheHeader_isBound_orListedAsNotBound() throws IOException {
    Path header = Files.exists(HEADERS) ? HEADERS : SYSTEM_HEADERS;
    assumeTrue(Files.exists(header), "no linux/kvm.h: install linux-libc-dev");
    Set<String> bound = Stream.of(Ioctl.values()).map(Ioctl::name).collect(Collectors.toSet());
    String decisions = Files.readString(DECISIONS);

    Set<String> ioctls = new TreeSet<>();
    Set<String> forgotten = new TreeSet<>();
    Matcher definition = DEFINITION.matcher(Files.readString(header));
    while (definition.find()) {
      String name = definition.group(1);
      ioctls.add(name);
      if (!bound.contains(name) && !OTHER.matcher(name).matches() && !listed(decisions, name)) {
        forgotten.add(name);
      }
    }

    assertTrue(ioctls.size() > 100, () -> "found only " + ioctls);
    assertEquals(Set.of(), forgotten);
  }

  /** By its name, or with others as {@code KVM_ASSIGN_*}. */
  private static boolean listed(String decisions, String name) {
    Matcher listed = Pattern.compile("KVM_\\w+\\*?").matcher(decisions);
    while (listed.find()) {
      String entry = listed.group();
      if (entry.endsWith("*")
          ? name.startsWith(entry.substring(0, entry.length() - 1))
          : name.equals(entry)) {
        return true;
      }
    }
    return false;
  }
}
