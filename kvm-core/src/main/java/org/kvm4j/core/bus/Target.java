package org.kvm4j.core.bus;

import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;

/**
 * What a range leads to, for ports and memory alike.
 *
 * <p>Threading: as {@link PioHandler}.
 */
public interface Target {

  /** As {@link MmioHandler#read}. */
  long read(long offset, int size);

  /** As {@link MmioHandler#write}. */
  void write(long offset, int size, long value);

  /** As {@link MmioHandler#maxAccessBytes}. */
  int maxAccessBytes();

  /** That of a handler of ports. */
  static Target of(PioHandler handler) {
    return new Target() {
      @Override
      public long read(long offset, int size) {
        return handler.read((int) offset, size);
      }

      @Override
      public void write(long offset, int size, long value) {
        handler.write((int) offset, size, (int) value);
      }

      @Override
      public int maxAccessBytes() {
        return handler.maxAccessBytes();
      }
    };
  }

  /** That of a handler of addresses. */
  static Target of(MmioHandler handler) {
    return new Target() {
      @Override
      public long read(long offset, int size) {
        return handler.read(offset, size);
      }

      @Override
      public void write(long offset, int size, long value) {
        handler.write(offset, size, value);
      }

      @Override
      public int maxAccessBytes() {
        return handler.maxAccessBytes();
      }
    };
  }
}
