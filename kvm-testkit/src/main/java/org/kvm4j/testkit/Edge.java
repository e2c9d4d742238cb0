package org.kvm4j.testkit;

/**
 * One change of an interrupt line.
 *
 * @param nanoTime when, by the VM's clock
 * @param high the level from then on
 */
public record Edge(long nanoTime, boolean high) {

  @Override
  public String toString() {
    return "%s at %d ns".formatted(high ? "high" : "low", nanoTime);
  }
}
