package org.kvm4j.msr;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;

/**
 * MSRs with consecutive indices, and which of them a guest may use. struct kvm_msr_filter_range.
 *
 * @param first the lowest index, unsigned
 * @param count how many, 1 to {@link #MOST_MSRS}
 * @param directions the accesses that this range decides about, at least one
 * @param allowed bit {@code n} stands for the MSR {@code first + n}: set allows it, clear denies it
 */
public record MsrRange(int first, int count, Set<MsrDirection> directions, BitSet allowed) {

  /** The most MSRs in a range: KVM_MSR_FILTER_MAX_BITMAP_SIZE, 0x600 bytes, one bit each. */
  public static final int MOST_MSRS = 0x600 * 8;

  /**
   * Checks the bounds and copies the sets.
   *
   * @throws IllegalArgumentException if the range is empty, too long, or leaves the 32 bits of an
   *     index, if it has no direction, or if {@code allowed} has a bit beyond it
   */
  public MsrRange {
    if (count < 1 || count > MOST_MSRS) {
      throw new IllegalArgumentException(
          "%d MSRs from 0x%x on: use 1 to %d in a range".formatted(count, first, MOST_MSRS));
    }
    if (Integer.toUnsignedLong(first) + count > 1L << Integer.SIZE) {
      throw new IllegalArgumentException(
          "%d MSRs from 0x%x on: end the range at 0xffffffff".formatted(count, first));
    }
    if (directions.isEmpty()) {
      throw new IllegalArgumentException(
          "%d MSRs from 0x%x on: name reads, writes or both".formatted(count, first));
    }
    if (allowed.length() > count) {
      throw new IllegalArgumentException(
          "%d MSRs from 0x%x on: bit %d of the bitmap is outside, leave it clear"
              .formatted(count, first, allowed.length() - 1));
    }
    directions = Set.copyOf(directions);
    allowed = (BitSet) allowed.clone();
  }

  /** A range whose reads and writes are all allowed. */
  public static MsrRange allowing(int first, int count) {
    BitSet all = new BitSet();
    all.set(0, Math.max(0, count));
    return new MsrRange(first, count, EnumSet.allOf(MsrDirection.class), all);
  }

  /** A range whose reads and writes are all denied. */
  public static MsrRange denying(int first, int count) {
    return new MsrRange(first, count, EnumSet.allOf(MsrDirection.class), new BitSet());
  }

  /** A copy. */
  @Override
  public BitSet allowed() {
    return (BitSet) allowed.clone();
  }
}
