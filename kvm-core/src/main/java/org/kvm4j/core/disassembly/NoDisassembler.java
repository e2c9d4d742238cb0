package org.kvm4j.core.disassembly;

import java.util.List;
import java.util.Optional;

/** Where the host has none that can be used. */
record NoDisassembler(String why) implements Disassembler {

  @Override
  public List<Instruction> instructions(byte[] code, long address, int bits, int most) {
    return List.of();
  }

  @Override
  public Optional<String> lack() {
    return Optional.of(why);
  }
}
