package org.kvm4j.stats;

/**
 * What one statistic means: its values times {@code base} to the power of {@code exponent} are in
 * {@code unit}. struct kvm_stats_desc.
 *
 * @param name unique among those of a VM or vCPU
 * @param type how values come about
 * @param unit what they count
 * @param base of the scale
 * @param exponent of the scale: -9 with base 10 for nanoseconds
 * @param size how many values there are: 1, or the buckets of a histogram
 * @param bucketSize the width of a linear histogram's buckets, else 0
 */
public record StatisticDescriptor(
    String name, Type type, Unit unit, Base base, int exponent, int size, long bucketSize) {

  /** How values come about: KVM_STATS_TYPE. */
  public enum Type {
    /** Only grows. */
    CUMULATIVE,
    /** As it is now. */
    INSTANT,
    /** The most there ever was. */
    PEAK,
    /** Counts by buckets of one width; the last takes all that is greater. */
    LINEAR_HISTOGRAM,
    /** Counts by buckets: 0, then the powers of two; the last takes all that is greater. */
    LOG_HISTOGRAM,
    /** Newer than this version of kvm4j. */
    UNKNOWN
  }

  /** What is counted: KVM_STATS_UNIT. */
  public enum Unit {
    /** Events. */
    NONE,
    /** Bytes. */
    BYTES,
    /** Seconds; the exponent says which part of them. */
    SECONDS,
    /** Clock cycles. */
    CYCLES,
    /** 0 or 1. Since Linux 6.0. */
    BOOLEAN,
    /** Newer than this version of kvm4j. */
    UNKNOWN
  }

  /** The base of the scale: KVM_STATS_BASE. */
  public enum Base {
    /** 10. */
    POW10,
    /** 2. */
    POW2,
    /** Newer than this version of kvm4j. */
    UNKNOWN
  }
}
