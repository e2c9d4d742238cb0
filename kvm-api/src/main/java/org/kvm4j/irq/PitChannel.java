package org.kvm4j.irq;

/**
 * One counter of the in-kernel i8254. struct kvm_pit_channel_state; Intel 82C54 data sheet.
 *
 * @param count what it counts down from, 0 to 0x10000
 * @param latchedCount the count that the guest has latched, 0 to 0xffff
 * @param countLatched whether and how that is read: 0 not, else as {@code accessMode}
 * @param statusLatched whether a status byte is latched
 * @param status that byte
 * @param readState which byte comes next: 1 low, 2 high, 3 low of two, 4 high of two
 * @param writeState likewise for writes
 * @param writeLatch the low byte, until the high one is written
 * @param accessMode 1 low byte, 2 high byte, 3 both
 * @param mode 0 to 5
 * @param bcd whether it counts in decimal
 * @param gate the level of its gate
 * @param loadTimeNanos when counting began, by the host's monotonic clock; setting the state puts
 *     the present there
 */
public record PitChannel(
    int count,
    int latchedCount,
    int countLatched,
    boolean statusLatched,
    int status,
    int readState,
    int writeState,
    int writeLatch,
    int accessMode,
    int mode,
    boolean bcd,
    boolean gate,
    long loadTimeNanos) {

  private static final int MOST = 0x1_0000;
  private static final int BYTE = 0xff;
  private static final int LAST_STATE = 4;

  /** Checks the ranges. The kernel does not. */
  public PitChannel {
    check("count", count, MOST);
    check("latchedCount", latchedCount, MOST - 1);
    check("countLatched", countLatched, LAST_STATE);
    check("status", status, BYTE);
    check("readState", readState, LAST_STATE);
    check("writeState", writeState, LAST_STATE);
    check("writeLatch", writeLatch, BYTE);
    check("accessMode", accessMode, LAST_STATE);
    check("mode", mode, BYTE);
  }

  private static void check(String name, int value, int last) {
    if (value < 0 || value > last) {
      throw new IllegalArgumentException(
          "%s of a PIT channel is 0x%x: use 0 to 0x%x".formatted(name, value, last));
    }
  }
}
