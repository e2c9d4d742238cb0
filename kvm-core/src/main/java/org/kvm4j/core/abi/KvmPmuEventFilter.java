package org.kvm4j.core.abi;

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

  private KvmPmuEventFilter() {}
}
