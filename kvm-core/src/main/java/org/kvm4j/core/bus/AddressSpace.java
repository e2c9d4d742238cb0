package org.kvm4j.core.bus;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.kvm4j.device.DeviceConflictException;

/**
 * Routes accesses to the regions of one bus.
 *
 * <p>The regions are a sorted array that is replaced, never changed: an access takes no lock, and
 * one that is split sees the same regions with each of its parts.
 */
final class AddressSpace {

  private final String name;
  private final long lastAddress;
  private final int widestAccess;
  private final UnclaimedAccesses unclaimed;
  private volatile Region[] regions = {};

  AddressSpace(String name, long lastAddress, int widestAccess) {
    this.name = name;
    this.lastAddress = lastAddress;
    this.widestAccess = widestAccess;
    this.unclaimed = new UnclaimedAccesses(name);
  }

  UnclaimedAccesses unclaimed() {
    return unclaimed;
  }

  synchronized void register(String owner, long base, long length, Target target) {
    Region region = check(owner, base, length, target);
    String conflicts =
        Arrays.stream(regions)
            .filter(region::overlaps)
            .map(other -> conflict(region, other))
            .collect(Collectors.joining(System.lineSeparator()));
    if (!conflicts.isEmpty()) {
      throw new DeviceConflictException(conflicts);
    }
    Region[] more = Arrays.copyOf(regions, regions.length + 1);
    more[regions.length] = region;
    Arrays.sort(more, Comparator.comparing(Region::base, Long::compareUnsigned));
    regions = more;
  }

  synchronized void unregister(String owner) {
    regions =
        Arrays.stream(regions)
            .filter(region -> !region.owner().equals(owner))
            .toArray(Region[]::new);
  }

  long read(long address, int size) {
    return read(regions, address, size);
  }

  void write(long address, int size, long value) {
    write(regions, address, size, value);
  }

  private long read(Region[] snapshot, long address, int size) {
    Region region = find(snapshot, address);
    if (region == null && size == 1) {
      unclaimed.count(address);
      return ones(1);
    }
    if (region == null || !region.contains(address + size - 1)) {
      return readSplit(snapshot, address, size, 1);
    }
    if (isWhole(region, size)) {
      return region.target().read(address - region.base(), size) & ones(size);
    }
    return readSplit(snapshot, address, size, splitWidth(region, size));
  }

  private void write(Region[] snapshot, long address, int size, long value) {
    Region region = find(snapshot, address);
    if (region == null && size == 1) {
      unclaimed.count(address);
    } else if (region == null || !region.contains(address + size - 1)) {
      writeSplit(snapshot, address, size, 1, value);
    } else if (isWhole(region, size)) {
      region.target().write(address - region.base(), size, value & ones(size));
    } else {
      writeSplit(snapshot, address, size, splitWidth(region, size), value);
    }
  }

  private long readSplit(Region[] snapshot, long address, int size, int width) {
    long value = 0;
    for (int done = 0; done < size; done += width) {
      value |= read(snapshot, address + done, width) << (done * Byte.SIZE);
    }
    return value;
  }

  private void writeSplit(Region[] snapshot, long address, int size, int width, long value) {
    for (int done = 0; done < size; done += width) {
      write(snapshot, address + done, width, value >>> (done * Byte.SIZE));
    }
  }

  /** Whether the handler takes this access as it is: no wider than it wants, and no odd size. */
  private static boolean isWhole(Region region, int size) {
    return size <= region.maxAccessBytes() && Integer.bitCount(size) == 1;
  }

  private static int splitWidth(Region region, int size) {
    return Integer.bitCount(size) == 1 ? region.maxAccessBytes() : 1;
  }

  private static Region find(Region[] snapshot, long address) {
    int low = 0;
    int high = snapshot.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Region region = snapshot[middle];
      if (Long.compareUnsigned(address, region.base()) < 0) {
        high = middle - 1;
      } else if (Long.compareUnsigned(address, region.last()) > 0) {
        low = middle + 1;
      } else {
        return region;
      }
    }
    return null;
  }

  private Region check(String owner, long base, long length, Target target) {
    int width = target.maxAccessBytes();
    if (width < 1 || width > widestAccess || Integer.bitCount(width) != 1) {
      throw new IllegalArgumentException(
          "%s: an access width of %d bytes; use a power of two up to %d"
              .formatted(owner, width, widestAccess));
    }
    long last = base + length - 1;
    if (length <= 0
        || Long.compareUnsigned(last, base) < 0
        || Long.compareUnsigned(last, lastAddress) > 0) {
      throw new IllegalArgumentException(
          "%s: %s from 0x%x, %d of them: the range is empty or leaves the address space"
              .formatted(owner, name, base, length));
    }
    return new Region(owner, base, last, width, target);
  }

  private String conflict(Region wanted, Region had) {
    return "%s wants %s, but %s has %s. Give one of them another base."
        .formatted(wanted.owner(), describe(wanted), had.owner(), describe(had));
  }

  private String describe(Region region) {
    return "%s 0x%x-0x%x".formatted(name, region.base(), region.last());
  }

  private static long ones(int size) {
    return -1L >>> (Long.SIZE - size * Byte.SIZE);
  }
}
