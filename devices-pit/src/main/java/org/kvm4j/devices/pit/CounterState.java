package org.kvm4j.devices.pit;

import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.devices.pit.ControlWord.ReadWrite;

/**
 * What is saved of a counter: no times, but the pulses counted, so that it fits any clock. The part
 * of a pulse that has passed is lost.
 *
 * @param position pulses counted since the load
 * @param loadPending a load waits for the next pulse or the end of the cycle
 */
record CounterState(
    ControlWord control,
    int countRegister,
    boolean countWritten,
    boolean nullCount,
    int leastSignificantByte,
    boolean mostSignificantNext,
    int latchedCount,
    int latchedStatus,
    boolean loaded,
    boolean stopped,
    int initialCount,
    long position,
    boolean loadPending) {

  /** 239 years: far beyond any VM, and far from an overflow. */
  private static final long POSITION_LIMIT = 1L << 53;

  private static final int NONE = OutputLatch.NONE;

  void write(String counter, StateWriter out) {
    out.put(counter + ".control", control.bits())
        .put(counter + ".countRegister", countRegister)
        .put(counter + ".countWritten", countWritten)
        .put(counter + ".nullCount", nullCount)
        .put(counter + ".leastSignificantByte", leastSignificantByte)
        .put(counter + ".mostSignificantNext", mostSignificantNext)
        .put(counter + ".latchedCount", latchedCount)
        .put(counter + ".latchedStatus", latchedStatus)
        .put(counter + ".loaded", loaded)
        .put(counter + ".stopped", stopped)
        .put(counter + ".initialCount", initialCount)
        .put(counter + ".position", position)
        .put(counter + ".loadPending", loadPending);
  }

  /**
   * Reads and checks.
   *
   * @param gate the counter's GATE in the same state
   * @throws DeviceStateException if the values are not those of a counter
   */
  static CounterState read(String counter, StateReader in, boolean gate) {
    CounterState state =
        new CounterState(
            new ControlWord(
                in.intValue(counter + ".control", ControlWord.RW_LEAST, ControlWord.BITS)),
            in.intValue(counter + ".countRegister", 0, 0xffff),
            in.booleanValue(counter + ".countWritten"),
            in.booleanValue(counter + ".nullCount"),
            in.intValue(counter + ".leastSignificantByte", NONE, 0xff),
            in.booleanValue(counter + ".mostSignificantNext"),
            in.intValue(counter + ".latchedCount", NONE, 0xffff),
            in.intValue(counter + ".latchedStatus", NONE, 0xff),
            in.booleanValue(counter + ".loaded"),
            in.booleanValue(counter + ".stopped"),
            in.intValue(counter + ".initialCount", 0, 0xffff + 1),
            in.longValue(counter + ".position", 0, POSITION_LIMIT),
            in.booleanValue(counter + ".loadPending"));
    state.check(counter, gate);
    return state;
  }

  private void check(String counter, boolean gate) {
    boolean firstOfTwo =
        control.readWrite() == ReadWrite.LEAST_THEN_MOST_SIGNIFICANT_BYTE
            || (leastSignificantByte == NONE && !mostSignificantNext);
    require(firstOfTwo, counter, "is between two bytes, but its counts have one");
    require(countWritten || !(loaded || loadPending), counter, "counts, but has no count");
    require(countWritten || nullCount, counter, "has no count, but its null count flag is off");
    require(
        initialCount <= control.greatestInitialCount()
            && initialCount >= (loaded ? control.mode().leastCount() : 0),
        counter,
        "has initial count " + initialCount + ", which its mode does not allow");
    // Only in mode 0 can a counter lose its load without a control word, which clears the count.
    require(
        loaded || initialCount == 0 || control.mode() == CounterMode.INTERRUPT_ON_TERMINAL_COUNT,
        counter,
        "has an initial count, but is not loaded");
    require(stopped == mayStop(gate), counter, "counts or stands still against its gate");
  }

  private boolean mayStop(boolean gate) {
    if (!loaded) {
      return true;
    }
    // A periodic mode whose gate has just risen stands still until its load on the next pulse.
    boolean triggered = control.mode().periodic() && stopped && loadPending;
    return control.mode().gateEnables() && (!gate || triggered);
  }

  private static void require(boolean sound, String counter, String what) {
    if (!sound) {
      throw new DeviceStateException(
          "PIT state refused: %s %s. Use a state that this device has saved."
              .formatted(counter, what));
    }
  }
}
