package org.kvm4j.core.stream;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what another thread or the kernel does without telling. */
final class Eventually {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Eventually() {}

  static void eventually(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not in time: " + what);
      }
      Thread.onSpinWait();
    }
  }
}
