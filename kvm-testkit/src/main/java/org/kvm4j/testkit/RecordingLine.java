package org.kvm4j.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmClock;

/**
 * An interrupt line that remembers its level, counts its edges and logs them with their time.
 * Threading: any thread.
 */
public final class RecordingLine implements InterruptLine {

  /** How many edges are logged; of more, the oldest are dropped. All are counted. */
  public static final int LOGGED_EDGES = 1024;

  private final VmClock clock;
  private final Deque<Edge> log = new ArrayDeque<>();
  private boolean high;
  private int risingEdges;
  private int edges;

  /** Low, without an edge so far, on a clock that stands at 0. */
  public RecordingLine() {
    this(new FakeClock());
  }

  /** Low, without an edge so far. */
  public RecordingLine(VmClock clock) {
    this.clock = clock;
  }

  @Override
  public void set(boolean high) {
    change(high);
  }

  /** As {@link #set}; whether it was an edge. */
  synchronized boolean change(boolean newLevel) {
    if (high == newLevel) {
      return false;
    }
    high = newLevel;
    edges++;
    if (high) {
      risingEdges++;
    }
    if (log.size() == LOGGED_EDGES) {
      log.removeFirst();
    }
    log.addLast(new Edge(clock.nanoTime(), high));
    return true;
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

  /** The latest edges, at most {@value #LOGGED_EDGES}, oldest first. */
  public synchronized List<Edge> edgeLog() {
    return List.copyOf(log);
  }

  /** Counts edges from 0 again, with an empty log; the level stays. */
  public synchronized void clearEdges() {
    risingEdges = 0;
    edges = 0;
    log.clear();
  }

  @Override
  public synchronized String toString() {
    return "%s after %d edges".formatted(high ? "high" : "low", edges);
  }
}
