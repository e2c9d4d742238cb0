package org.kvm4j.core.kvm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.PastExit;

/**
 * The last exits of a vCPU, for whoever asks later what it did.
 *
 * <p>Threading: one thread writes, without a lock or an allocation, as it is in the run loop; any
 * thread reads. The writer makes {@link #version} odd for as long as it changes something, and a
 * reader takes another copy if the version was odd or has changed.
 */
final class ExitLog {

  /** A power of two. */
  static final int CAPACITY = 32;

  private static final int WRITE = 1;
  private static final int SIZE_SHIFT = 1;
  private static final int REASON_SHIFT = 8;
  private static final VarHandle VERSION = versionHandle();

  @SuppressWarnings("unused") // by VERSION
  private int version;

  /** Reason, size and direction. */
  private final int[] kinds = new int[CAPACITY];

  private final long[] addresses = new long[CAPACITY];
  private final long[] values = new long[CAPACITY];
  private final long[] times = new long[CAPACITY];

  /** How many different ones there were; the last is in the place before this one. */
  private long count;

  private static VarHandle versionHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(ExitLog.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Notes an access before it is served, as a device may keep the vCPU.
   *
   * @param value what is written; of a read, what there is as long as nobody has answered
   */
  void access(int reason, boolean write, int size, long address, long value, int elements) {
    note(
        reason << REASON_SHIFT | size << SIZE_SHIFT | (write ? WRITE : 0),
        address,
        value,
        elements);
  }

  /** What the access that was noted last has read, or written last. */
  void value(long value) {
    begin();
    values[place(count - 1)] = value;
    end();
  }

  /** Notes an exit that is no access. */
  void other(int reason) {
    note(reason << REASON_SHIFT, 0, 0, 1);
  }

  private void note(int kind, long address, long value, int elements) {
    int at = place(count - 1);
    boolean again = count != 0 && kinds[at] == kind && addresses[at] == address;
    begin();
    if (again) {
      times[at] += elements;
    } else {
      at = place(count++);
      kinds[at] = kind;
      addresses[at] = address;
      times[at] = elements;
    }
    values[at] = value;
    end();
  }

  private static int place(long number) {
    return (int) number & CAPACITY - 1;
  }

  private void begin() {
    VERSION.setOpaque(this, version + 1);
    VarHandle.storeStoreFence();
  }

  private void end() {
    VERSION.setRelease(this, version + 1);
  }

  /** The oldest first. */
  List<PastExit> copy() {
    while (true) {
      int before = (int) VERSION.getAcquire(this);
      if ((before & 1) == 0) {
        List<PastExit> exits = read();
        VarHandle.loadLoadFence();
        if ((int) VERSION.getOpaque(this) == before) {
          return exits;
        }
      }
      Thread.onSpinWait(); // the writer is done in nanoseconds
    }
  }

  private List<PastExit> read() {
    long end = count;
    List<PastExit> exits = new ArrayList<>(CAPACITY);
    for (long i = Math.max(0, end - CAPACITY); i < end; i++) {
      int at = place(i);
      int kind = kinds[at];
      exits.add(
          new PastExit(
              kind >>> REASON_SHIFT,
              (kind & WRITE) != 0,
              (kind & (1 << REASON_SHIFT) - 1) >> SIZE_SHIFT,
              addresses[at],
              values[at],
              times[at]));
    }
    return exits;
  }
}
