package org.kvm4j.core.abi;

/** struct kvm_msr_filter: which MSR accesses leave the kernel: up to 16 ranges. */
public final class KvmMsrFilter {

  @C("sizeof(struct kvm_msr_filter)")
  public static final int SIZEOF = 392;

  @C("offsetof(struct kvm_msr_filter, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_msr_filter, ranges)")
  public static final int RANGES = 8;

  @C("KVM_MSR_FILTER_DEFAULT_ALLOW")
  public static final int KVM_MSR_FILTER_DEFAULT_ALLOW = 0;

  @C("KVM_MSR_FILTER_DEFAULT_DENY")
  public static final int KVM_MSR_FILTER_DEFAULT_DENY = 1;

  @C("KVM_MSR_FILTER_MAX_RANGES")
  public static final int KVM_MSR_FILTER_MAX_RANGES = 16;

  @C("KVM_MSR_FILTER_MAX_BITMAP_SIZE")
  public static final int KVM_MSR_FILTER_MAX_BITMAP_SIZE = 1536;

  @C("sizeof(struct kvm_msr_filter_range)")
  public static final int SIZEOF_RANGE = 24;

  @C("offsetof(struct kvm_msr_filter_range, flags)")
  public static final int RANGE_FLAGS = 0;

  @C("offsetof(struct kvm_msr_filter_range, nmsrs)")
  public static final int RANGE_NMSRS = 4;

  @C("offsetof(struct kvm_msr_filter_range, base)")
  public static final int RANGE_BASE = 8;

  @C("offsetof(struct kvm_msr_filter_range, bitmap)")
  public static final int RANGE_BITMAP = 16;

  @C("KVM_MSR_FILTER_READ")
  public static final int KVM_MSR_FILTER_READ = 1;

  @C("KVM_MSR_FILTER_WRITE")
  public static final int KVM_MSR_FILTER_WRITE = 2;

  private KvmMsrFilter() {}
}
