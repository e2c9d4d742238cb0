package org.kvm4j.machine.explain;

import java.util.List;
import java.util.stream.Stream;

/** All known causes, the surest first. */
final class Causes {

  private static final List<Cause> ALL =
      Stream.of(KvmCauses.ALL, PanicCauses.ALL, CpuCauses.ALL, PortCauses.ALL, ConsoleCauses.ALL)
          .flatMap(List::stream)
          .toList();

  private Causes() {}

  /** What to say to an explanation. */
  static List<String> of(Explanation explanation) {
    return ALL.stream().flatMap(cause -> cause.hint(explanation).stream()).toList();
  }
}
