package org.kvm4j.machine;

/** What becomes of a machine that its guest resets. */
public enum ResetPolicy {
  /** It starts again, as a PC does. */
  RESTART,
  /** It ends. */
  STOP
}
