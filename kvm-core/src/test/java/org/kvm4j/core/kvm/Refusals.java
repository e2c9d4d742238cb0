package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertThrows;

/** The messages with which steps are refused. */
final class Refusals {

  private Refusals() {}

  static String refusedArgument(Runnable step) {
    return assertThrows(IllegalArgumentException.class, step::run).getMessage();
  }

  static String refusedState(Runnable step) {
    return assertThrows(IllegalStateException.class, step::run).getMessage();
  }
}
