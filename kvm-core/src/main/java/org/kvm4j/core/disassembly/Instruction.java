package org.kvm4j.core.disassembly;

import java.util.Objects;
import java.util.Set;

/**
 * An instruction in Intel's notation. Immutable.
 *
 * @param address its offset in the code segment, as RIP is
 * @param sizeBytes 1 to {@value #MOST_BYTES}
 * @param text mnemonic and operands, printable
 */
public record Instruction(long address, int sizeBytes, String text) {

  /** The longest of x86. Intel SDM volume 2, section 2.3.11. */
  public static final int MOST_BYTES = 15;

  /** By mnemonic: what comes behind these is only reached from elsewhere, and may be no code. */
  private static final Set<String> LAST =
      Set.of("jmp", "ljmp", "ret", "retf", "retfq", "iret", "iretd", "iretq", "ud2");

  /** Needs a text. */
  public Instruction {
    Objects.requireNonNull(text, "text");
  }

  /** Whether the guest never goes on right behind it. */
  public boolean isLast() {
    return LAST.contains(text.split(" ", 2)[0]);
  }
}
