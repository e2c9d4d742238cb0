package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.kvm4j.device.DeviceConflictException;

/**
 * What both buses share: disjoint ranges of unsigned addresses, routing and splitting.
 *
 * <p>Threading: accesses from any thread, without a lock; ranges are added by one at a time.
 */
final class AddressSpace {

  /** A handler of either bus. */
  interface Handler {
    long read(long offset, int size);

    void write(long offset, int size, long value);
  }

  /**
   * One registration.
   *
   * @param last inclusive, so that a range may end at the last address
   * @param width the widest access the handler takes
   */
  record Range(String owner, long first, long last, int width, Handler handler) {

    private boolean contains(long address, int size) {
      long end = address + size - 1;
      return Long.compareUnsigned(address, first) >= 0
          && Long.compareUnsigned(end, last) <= 0
          && Long.compareUnsigned(address, end) <= 0;
    }

    private boolean overlaps(Range other) {
      return Long.compareUnsigned(first, other.last) <= 0
          && Long.compareUnsigned(other.first, last) <= 0;
    }
  }

  /** How many unclaimed accesses are kept: the first ones. */
  static final int MOST_UNCLAIMED = 10_000;

  private final String unit;
  private final List<UnclaimedAccess> unclaimed = new ArrayList<>(); // guarded by itself
  private volatile NavigableMap<Long, Range> ranges = new TreeMap<>(Long::compareUnsigned);

  /** With the name of an address, for messages: {@code port}. */
  AddressSpace(String unit) {
    this.unit = unit;
  }

  void add(Range range) {
    for (Range other : ranges.values()) {
      if (range.overlaps(other)) {
        throw new DeviceConflictException(
            "%s cannot have %s: %s has %s. Move one of the two or leave it out."
                .formatted(range.owner(), text(range), other.owner(), text(other)));
      }
    }
    NavigableMap<Long, Range> more = new TreeMap<>(ranges);
    more.put(range.first(), range);
    ranges = more;
  }

  void clear() {
    ranges = new TreeMap<>(Long::compareUnsigned);
  }

  List<Range> ranges() {
    return List.copyOf(ranges.values());
  }

  List<UnclaimedAccess> unclaimed() {
    synchronized (unclaimed) {
      return List.copyOf(unclaimed);
    }
  }

  long read(long address, int size) {
    int step = stepSize(address, size);
    long value = 0;
    for (int done = 0; done < size; done += step) {
      value |= readPiece(address + done, step) << (8 * done);
    }
    return value;
  }

  void write(long address, int size, long value) {
    int step = stepSize(address, size);
    for (int done = 0; done < size; done += step) {
      writePiece(address + done, step, value >>> (8 * done) & ones(step));
    }
  }

  /** The size of the pieces that an access is split into. */
  private int stepSize(long address, int size) {
    Range range = rangeAt(address);
    if (range != null && range.contains(address, size)) {
      boolean oddSize = Integer.bitCount(size) != 1;
      return oddSize ? 1 : Math.min(size, range.width());
    }
    for (int i = 0; i < size; i++) {
      if (rangeAt(address + i) != null) {
        return 1;
      }
    }
    return size; // nobody's at all: one entry in the list of unclaimed accesses
  }

  private long readPiece(long address, int size) {
    Range range = rangeAt(address);
    if (range == null) {
      noteUnclaimed(false, address, size, ones(size));
      return ones(size);
    }
    return range.handler().read(address - range.first(), size) & ones(size);
  }

  private void writePiece(long address, int size, long value) {
    Range range = rangeAt(address);
    if (range == null) {
      noteUnclaimed(true, address, size, value);
      return;
    }
    range.handler().write(address - range.first(), size, value);
  }

  private Range rangeAt(long address) {
    Map.Entry<Long, Range> entry = ranges.floorEntry(address);
    return entry != null && entry.getValue().contains(address, 1) ? entry.getValue() : null;
  }

  private void noteUnclaimed(boolean isWrite, long address, int size, long value) {
    synchronized (unclaimed) {
      if (unclaimed.size() == MOST_UNCLAIMED) {
        return; // a guest may poll such an address for ever
      }
      unclaimed.add(new UnclaimedAccess(isWrite, address, size, value));
    }
  }

  private String text(Range range) {
    return "%s 0x%x-0x%x".formatted(unit, range.first(), range.last());
  }

  private static long ones(int size) {
    return -1L >>> (64 - 8 * size);
  }
}
