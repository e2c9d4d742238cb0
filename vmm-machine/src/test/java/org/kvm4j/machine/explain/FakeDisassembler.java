package org.kvm4j.machine.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kvm4j.core.disassembly.Disassembler;
import org.kvm4j.core.disassembly.Instruction;

/** Knows the texts that it was given, each of one byte, or tells what is lacking. */
record FakeDisassembler(List<String> texts, Optional<String> lack) implements Disassembler {

  /** A host that has none. */
  static final FakeDisassembler NONE =
      new FakeDisassembler(List.of(), Optional.of("There is none. Install one."));

  static FakeDisassembler of(String... texts) {
    return new FakeDisassembler(List.of(texts), Optional.empty());
  }

  @Override
  public List<Instruction> instructions(byte[] code, long address, int bits, int most) {
    List<Instruction> found = new ArrayList<>();
    for (int i = 0; i < Math.min(most, texts.size()) && i < code.length; i++) {
      found.add(new Instruction(address + i, 1, texts.get(i).formatted(code[i], bits)));
    }
    return found;
  }
}
