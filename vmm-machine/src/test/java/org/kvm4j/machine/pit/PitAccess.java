package org.kvm4j.machine.pit;

/**
 * One access of a guest to the ports of the 8254 or to port B.
 *
 * @param value what is written; 0 for a read
 * @param pauseNanos how long the guest waits first, at least
 */
record PitAccess(int port, boolean write, int value, long pauseNanos) {

  static final int COUNTERS = 0x40;
  static final int CONTROL = 0x43;
  static final int PORT_B = 0x61;

  static PitAccess in(int port) {
    return new PitAccess(port, false, 0, 0);
  }

  static PitAccess out(int port, int value) {
    return new PitAccess(port, true, value, 0);
  }

  PitAccess after(long nanos) {
    return new PitAccess(port, write, value, nanos);
  }

  @Override
  public String toString() {
    return write ? "out 0x%02x, 0x%02x".formatted(port, value) : "in 0x%02x".formatted(port);
  }

  /**
   * What came of it.
   *
   * @param earliestNanos it happened no earlier than this
   * @param latestNanos and no later than this
   * @param result what was read; for a write what was written
   */
  record Observed(PitAccess access, long earliestNanos, long latestNanos, int result) {

    @Override
    public String toString() {
      String read = access.write() ? "" : " -> 0x%02x".formatted(result);
      return "%d..%d us: %s%s".formatted(earliestNanos / 1000, latestNanos / 1000, access, read);
    }
  }
}
