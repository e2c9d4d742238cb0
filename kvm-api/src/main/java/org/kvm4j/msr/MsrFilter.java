package org.kvm4j.msr;

import java.util.List;

/**
 * The MSRs that a guest may use. struct kvm_msr_filter.
 *
 * <p>The first range that holds an MSR for the direction of the access decides; without one, {@code
 * allowsOthers} does. The MSRs of an x2APIC, 0x800 to 0x8ff, are never filtered.
 *
 * @param allowsOthers what holds for an access that no range decides about
 * @param ranges at most {@link #MOST_RANGES}, in the order in which they are looked at
 */
public record MsrFilter(boolean allowsOthers, List<MsrRange> ranges) {

  /** KVM_MSR_FILTER_MAX_RANGES. */
  public static final int MOST_RANGES = 16;

  /**
   * Copies the ranges.
   *
   * @throws IllegalArgumentException if there are too many, or none and all others are denied: KVM
   *     refuses a filter that denies everything
   */
  public MsrFilter {
    if (ranges.size() > MOST_RANGES) {
      throw new IllegalArgumentException(
          "%d ranges of MSRs: KVM takes at most %d, so join some"
              .formatted(ranges.size(), MOST_RANGES));
    }
    if (ranges.isEmpty() && !allowsOthers) {
      throw new IllegalArgumentException(
          "A filter that denies every MSR is refused by KVM: give at least one range");
    }
    ranges = List.copyOf(ranges);
  }

  /** No filter, as a new VM has. */
  public static MsrFilter none() {
    return new MsrFilter(true, List.of());
  }

  /** Allows everything that these ranges do not deny. */
  public static MsrFilter allowingOthers(MsrRange... ranges) {
    return new MsrFilter(true, List.of(ranges));
  }

  /** Denies everything that these ranges do not allow. */
  public static MsrFilter denyingOthers(MsrRange... ranges) {
    return new MsrFilter(false, List.of(ranges));
  }
}
