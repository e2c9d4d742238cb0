package org.kvm4j.policy;

import java.util.List;

/**
 * The performance events that a guest may count. struct kvm_pmu_event_filter.
 *
 * @param action what happens to the events of this filter; the others get the opposite
 * @param events from {@link #event}, or all of them from {@link #maskedEvent}; at most {@link
 *     #MOST_EVENTS}
 * @param fixedCounters bit {@code n} puts fixed counter {@code n} under {@code action}; the kernel
 *     always obeys it, so that 0 with {@link Action#ALLOW} stops all fixed counters
 * @param masked whether {@code events} come from {@link #maskedEvent}, which needs {@link
 *     org.kvm4j.KvmCapability#PMU_EVENT_MASKED_EVENTS}
 */
public record PmuEventFilter(Action action, List<Long> events, int fixedCounters, boolean masked) {

  /** The most events that the kernel takes. */
  public static final int MOST_EVENTS = 300;

  private static final int SELECT_BITS = 12;
  private static final int UNIT_MASK_BITS = 8;
  private static final long MASKED_EXCLUDE = 1L << 55;

  /** What a filter does with its events. */
  public enum Action {
    /** KVM_PMU_EVENT_ALLOW: they alone may be counted. */
    ALLOW(0),
    /** KVM_PMU_EVENT_DENY: all but they may be counted. */
    DENY(1);

    private final int number;

    Action(int number) {
      this.number = number;
    }

    /** The kernel's number. */
    public int number() {
      return number;
    }
  }

  /**
   * Copies the events.
   *
   * @throws IllegalArgumentException if there are too many
   */
  public PmuEventFilter {
    if (events.size() > MOST_EVENTS) {
      throw new IllegalArgumentException(
          "%d events in a PMU filter: KVM takes at most %d, so use masked events"
              .formatted(events.size(), MOST_EVENTS));
    }
    events = List.copyOf(events);
  }

  /**
   * One event, for a filter that is not masked.
   *
   * @param select the event select, 12 bits; Intel has 8
   * @param unitMask 8 bits
   */
  public static long event(int select, int unitMask) {
    requireBits("event select", select, SELECT_BITS);
    requireBits("unit mask", unitMask, UNIT_MASK_BITS);
    return selectBits(select) | (long) unitMask << 8;
  }

  /**
   * All events of one select whose unit mask, ANDed with {@code mask}, is {@code match}: for a
   * masked filter. KVM_PMU_ENCODE_MASKED_ENTRY.
   *
   * @param exclude takes these out of what other entries of the filter put in
   */
  public static long maskedEvent(int select, int mask, int match, boolean exclude) {
    requireBits("event select", select, SELECT_BITS);
    requireBits("mask", mask, UNIT_MASK_BITS);
    requireBits("match", match, UNIT_MASK_BITS);
    return selectBits(select)
        | (long) match << 8
        | (long) mask << 56
        | (exclude ? MASKED_EXCLUDE : 0);
  }

  private static long selectBits(int select) {
    return (select & 0xff) | (select & 0xf00L) << 24;
  }

  private static void requireBits(String what, int value, int bits) {
    if (value < 0 || value >= 1 << bits) {
      throw new IllegalArgumentException(
          "%s 0x%x: use 0 to 0x%x".formatted(what, value, (1 << bits) - 1));
    }
  }
}
