package org.kvm4j.testkit;

/** The first thing that went otherwise in a replay. An error, so that no device handles it. */
final class Difference extends AssertionError {

  private static final long serialVersionUID = 1;

  private final String recorded;
  private final String replayed;

  Difference(String recorded, String replayed) {
    super("recorded: %s, replayed: %s".formatted(recorded, replayed));
    this.recorded = recorded;
    this.replayed = replayed;
  }

  String recorded() {
    return recorded;
  }

  String replayed() {
    return replayed;
  }
}
