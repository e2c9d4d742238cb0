package org.kvm4j.machine;

/**
 * What becomes of a machine when one of its devices fails. The device itself is fenced in any case:
 * its reads give all ones, its lines are low, and nothing of it runs again.
 */
public enum FaultPolicy {
  /** The machine ends. */
  STOP,
  /** The guest and all other devices go on. */
  FENCE
}
