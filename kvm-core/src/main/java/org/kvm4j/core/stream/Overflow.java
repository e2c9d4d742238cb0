package org.kvm4j.core.stream;

/** What becomes of output that the host cannot take at once. */
enum Overflow {

  /** Somebody reads: refuse output once the ring is full, so that nothing is lost. */
  REFUSE,

  /** Somebody may come: keep the newest. A guest that waited for them would stand still. */
  DROP_OLDEST,

  /** Nobody will ever read: take it and forget it. */
  DISCARD
}
