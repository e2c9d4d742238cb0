package org.kvm4j.core.disassembly;

import java.util.List;
import java.util.Optional;
import org.kvm4j.core.sys.NativeCapstone;

/** Turns x86 machine code into text. Threading: any thread. */
public interface Disassembler {

  /** The one of this host; it is looked for at the first call. */
  static Disassembler ofHost() {
    return Hosts.of(NativeCapstone.find());
  }

  /**
   * The instructions that the code begins with. They end before one that is unknown or not whole,
   * and after one that is {@linkplain Instruction#isLast last}.
   *
   * @param code from {@code address} on; not to be trusted
   * @param address the offset of the first in the code segment, as RIP is
   * @param bits 16, 32 or 64: what the code is for
   * @param most how many to look at, 1 to 16
   * @return none if the first is unknown, or if something is {@linkplain #lack lacking}
   * @throws IllegalArgumentException if {@code bits} or {@code most} is none of these
   */
  List<Instruction> instructions(byte[] code, long address, int bits, int most);

  /** Why there are never instructions, and what to do: a sentence; empty if there are. */
  Optional<String> lack();
}
