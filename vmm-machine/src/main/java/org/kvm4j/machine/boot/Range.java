package org.kvm4j.machine.boot;

/**
 * Guest-physical addresses, none of them negative.
 *
 * @param start its first address
 * @param end the first address after it
 */
public record Range(long start, long end) {

  /** Checks that it is not inside out; it may be empty. */
  public Range {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("Range 0x%x to 0x%x".formatted(start, end));
    }
  }

  static Range ofSize(long start, long sizeBytes) {
    return new Range(start, Math.addExact(start, sizeBytes));
  }

  /** Its bytes. */
  public long sizeBytes() {
    return end - start;
  }

  boolean contains(Range other) {
    return start <= other.start && other.end <= end;
  }

  boolean overlaps(Range other) {
    return start < other.end && other.start < end;
  }

  @Override
  public String toString() {
    return "0x%x to 0x%x".formatted(start, end - 1);
  }
}
