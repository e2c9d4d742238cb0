package org.kvm4j.testkit;

import org.kvm4j.device.InterruptLine;

/** An interrupt line that remembers its level and counts its edges. Threading: any thread. */
public final class RecordingLine implements InterruptLine {

  private boolean high;
  private int risingEdges;
  private int edges;

  /** Low, without an edge so far. */
  public RecordingLine() {}

  @Override
  public synchronized void set(boolean high) {
    if (this.high == high) {
      return;
    }
    this.high = high;
    edges++;
    if (high) {
      risingEdges++;
    }
  }

  /** The level now. */
  public synchronized boolean isHigh() {
    return high;
  }

  /** The number of changes from low to high. */
  public synchronized int risingEdges() {
    return risingEdges;
  }

  /** The number of changes of the level, both ways. */
  public synchronized int edges() {
    return edges;
  }

  /** Counts edges from 0 again; the level stays. */
  public synchronized void clearEdges() {
    risingEdges = 0;
    edges = 0;
  }

  @Override
  public synchronized String toString() {
    return "%s after %d edges".formatted(high ? "high" : "low", edges);
  }
}
