package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.List;
import org.kvm4j.policy.PmuEventFilter;

/** struct kvm_pmu_event_filter: the performance events that a guest may count. */
public final class KvmPmuEventFilter {

  @C("sizeof(struct kvm_pmu_event_filter)")
  public static final int SIZEOF = 32;

  @C("offsetof(struct kvm_pmu_event_filter, action)")
  public static final int ACTION = 0;

  @C("offsetof(struct kvm_pmu_event_filter, nevents)")
  public static final int NEVENTS = 4;

  @C("offsetof(struct kvm_pmu_event_filter, fixed_counter_bitmap)")
  public static final int FIXED_COUNTER_BITMAP = 8;

  @C("offsetof(struct kvm_pmu_event_filter, flags)")
  public static final int FLAGS = 12;

  @C("offsetof(struct kvm_pmu_event_filter, events)")
  public static final int EVENTS = 32;

  @C("KVM_PMU_EVENT_ALLOW")
  public static final int KVM_PMU_EVENT_ALLOW = 0;

  @C("KVM_PMU_EVENT_DENY")
  public static final int KVM_PMU_EVENT_DENY = 1;

  @C(value = "KVM_PMU_EVENT_FLAG_MASKED_EVENTS", since = "6.3")
  public static final int KVM_PMU_EVENT_FLAG_MASKED_EVENTS = 1;

  private KvmPmuEventFilter() {}

  /** The struct with its array of events. */
  public static int sizeBytes(int events) {
    return EVENTS + events * Long.BYTES;
  }

  public static void write(ByteBuffer b, PmuEventFilter filter) {
    List<Long> events = filter.events();
    b.putInt(ACTION, filter.action().number());
    b.putInt(NEVENTS, events.size());
    b.putInt(FIXED_COUNTER_BITMAP, filter.fixedCounters());
    b.putInt(FLAGS, filter.masked() ? KVM_PMU_EVENT_FLAG_MASKED_EVENTS : 0);
    for (int i = 0; i < events.size(); i++) {
      b.putLong(EVENTS + i * Long.BYTES, events.get(i));
    }
  }
}
