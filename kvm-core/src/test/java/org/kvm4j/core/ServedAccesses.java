package org.kvm4j.core;

import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;

/** Devices that only count the accesses they serve, and need no memory for that. */
public final class ServedAccesses {

  private int count;

  /** How many there were, reads and writes of all these devices. */
  public int count() {
    return count;
  }

  /** Counts from 0 again. */
  public void reset() {
    count = 0;
  }

  /** Ports that take accesses of so many bytes at most. */
  public PioHandler ports(int maxAccessBytes) {
    return new PioHandler() {
      @Override
      public int read(int offset, int size) {
        return ++count;
      }

      @Override
      public void write(int offset, int size, int value) {
        count++;
      }

      @Override
      public int maxAccessBytes() {
        return maxAccessBytes;
      }
    };
  }

  /** Registers in memory. */
  public MmioHandler registers() {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        return ++count;
      }

      @Override
      public void write(long offset, int size, long value) {
        count++;
      }
    };
  }
}
