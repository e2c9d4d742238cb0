package org.kvm4j.benchmark;

import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;

/** One byte that keeps what was written: a device that costs next to nothing. */
final class Latch {

  private int value;
  private int served;

  PioHandler port() {
    return new PioHandler() {
      @Override
      public int read(int offset, int size) {
        served++;
        return value;
      }

      @Override
      public void write(int offset, int size, int written) {
        served++;
        value = written;
      }
    };
  }

  MmioHandler memory() {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        served++;
        return value;
      }

      @Override
      public void write(long offset, int size, long written) {
        served++;
        value = (int) written;
      }
    };
  }

  /** The accesses since the last call. */
  int takeServed() {
    int result = served;
    served = 0;
    return result;
  }
}
