package org.kvm4j.devices.pit;

import org.kvm4j.devices.pit.ControlWord.ReadWrite;

/** OL and the status latch of a counter, with the flip-flop that selects the byte to read. */
final class OutputLatch {

  /** Nothing is latched. */
  static final int NONE = -1;

  private int count = NONE;
  private int status = NONE;
  private boolean mostSignificantNext;

  /** Latches a count; ignored while another waits to be read. */
  void latchCount(int value) {
    if (count == NONE) {
      count = value;
    }
  }

  /** Latches a status; ignored while another waits to be read. */
  void latchStatus(int value) {
    if (status == NONE) {
      status = value;
    }
  }

  /**
   * Reads the next byte: the status if one is latched, else of the latched count, else of CE.
   *
   * @param countingElement what CE holds now
   */
  int read(ReadWrite readWrite, int countingElement) {
    if (status != NONE) {
      int value = status;
      status = NONE;
      return value;
    }
    int word = count == NONE ? countingElement : count;
    return switch (readWrite) {
      case LEAST_SIGNIFICANT_BYTE -> lastByte(word & 0xff);
      case MOST_SIGNIFICANT_BYTE -> lastByte(word >> 8);
      case LEAST_THEN_MOST_SIGNIFICANT_BYTE -> {
        mostSignificantNext = !mostSignificantNext;
        yield mostSignificantNext ? word & 0xff : lastByte(word >> 8);
      }
    };
  }

  void clear() {
    restore(NONE, NONE, false);
  }

  int count() {
    return count;
  }

  int status() {
    return status;
  }

  boolean mostSignificantNext() {
    return mostSignificantNext;
  }

  void restore(int newCount, int newStatus, boolean newMostSignificantNext) {
    count = newCount;
    status = newStatus;
    mostSignificantNext = newMostSignificantNext;
  }

  private int lastByte(int value) {
    count = NONE;
    return value;
  }
}
