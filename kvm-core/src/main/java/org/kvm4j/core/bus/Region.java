package org.kvm4j.core.bus;

/** A range and what it leads to. Addresses are unsigned; {@code last} belongs to the range. */
record Region(String owner, long base, long last, int maxAccessBytes, Target target) {

  boolean contains(long address) {
    return Long.compareUnsigned(address, base) >= 0 && Long.compareUnsigned(address, last) <= 0;
  }

  boolean overlaps(Region other) {
    return Long.compareUnsigned(base, other.last) <= 0
        && Long.compareUnsigned(other.base, last) <= 0;
  }
}
