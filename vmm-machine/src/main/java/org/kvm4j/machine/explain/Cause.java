package org.kvm4j.machine.explain;

import java.util.Optional;

/**
 * A known reason for a guest that dies or stays silent: looks at an explanation, and says in a
 * sentence or two what it means and what to do, or nothing.
 */
@FunctionalInterface
interface Cause {

  Optional<String> hint(Explanation e);

  static Optional<String> when(boolean applies, String hint) {
    return applies ? Optional.of(hint) : Optional.empty();
  }
}
