package org.kvm4j.machine.probe;

import java.util.Objects;

/**
 * What became of one instruction, or of several that belong together.
 *
 * @param name such as {@code cmpxchg16b}
 * @param outcome how it fared
 * @param detail why, for the user; empty if it works
 */
public record InstructionResult(String name, Outcome outcome, String detail) {

  /** All are needed. */
  public InstructionResult {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(detail, "detail");
  }
}
