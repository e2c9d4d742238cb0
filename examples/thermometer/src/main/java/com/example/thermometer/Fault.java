package com.example.thermometer;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be wrong with the chip; see the package's description. */
enum Fault {
  NONE,
  STUCK,
  NOISE,
  NO_IRQ,
  BUS_ERROR,
  SLOW_READY;

  private static final List<Fault> ALL = List.of(values());

  /** As a user writes it: {@code no-irq}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> words() {
    return ALL.stream().map(Fault::word).toList();
  }

  static Optional<Fault> of(String word) {
    return ALL.stream().filter(fault -> fault.word().equals(word)).findFirst();
  }

  /** By ordinal, as it is saved. */
  static Fault of(int ordinal) {
    return ALL.get(ordinal);
  }

  static int count() {
    return ALL.size();
  }
}
