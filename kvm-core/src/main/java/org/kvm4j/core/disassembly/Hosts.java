package org.kvm4j.core.disassembly;

import java.util.List;
import java.util.Optional;
import org.kvm4j.core.sys.Capstone;

/** Judges the Capstone that a host has. */
final class Hosts {

  private static final String INSTALL =
      " Install libcapstone4 (Debian 12, Ubuntu 24.04), libcapstone5 (newer ones) or capstone"
          + " (Fedora, Arch) to see instructions by name.";

  private static final byte[] PROBE = {0x0f, (byte) 0xa2, 0x0f, 0x31};

  private static final List<Instruction> PROBE_TEXT =
      List.of(new Instruction(0x1000, 2, "cpuid"), new Instruction(0x1002, 2, "rdtsc"));

  private Hosts() {}

  static Disassembler of(Optional<Capstone> library) {
    if (library.isEmpty()) {
      return new NoDisassembler("There is no libcapstone here." + INSTALL);
    }
    Capstone capstone = library.get();
    return CsInsn.of(capstone.version())
        .<Disassembler>map(layout -> new CapstoneDisassembler(capstone, layout))
        .filter(Hosts::isSane)
        .orElseGet(() -> new NoDisassembler(unknown(capstone.version())));
  }

  /** A development version may have the number of one release and the structure of the next. */
  private static boolean isSane(Disassembler candidate) {
    return candidate.instructions(PROBE, 0x1000, 64, PROBE_TEXT.size()).equals(PROBE_TEXT);
  }

  private static String unknown(int version) {
    return "libcapstone %d.%d is not known to kvm4j.".formatted(version >>> 8, version & 0xff)
        + INSTALL;
  }
}
