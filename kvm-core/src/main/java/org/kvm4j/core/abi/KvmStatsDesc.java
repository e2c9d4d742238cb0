package org.kvm4j.core.abi;

/** struct kvm_stats_desc: one statistic, followed by its name. */
public final class KvmStatsDesc {

  @C("sizeof(struct kvm_stats_desc)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_stats_desc, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_stats_desc, exponent)")
  public static final int EXPONENT = 4;

  @C("offsetof(struct kvm_stats_desc, size)")
  public static final int SIZE = 6;

  @C("offsetof(struct kvm_stats_desc, offset)")
  public static final int OFFSET = 8;

  @C("offsetof(struct kvm_stats_desc, bucket_size)")
  public static final int BUCKET_SIZE = 12;

  @C("offsetof(struct kvm_stats_desc, name)")
  public static final int NAME = 16;

  @C("KVM_STATS_TYPE_SHIFT")
  public static final int KVM_STATS_TYPE_SHIFT = 0;

  @C("KVM_STATS_TYPE_MASK")
  public static final int KVM_STATS_TYPE_MASK = 15;

  @C("KVM_STATS_TYPE_CUMULATIVE")
  public static final int KVM_STATS_TYPE_CUMULATIVE = 0;

  @C("KVM_STATS_TYPE_INSTANT")
  public static final int KVM_STATS_TYPE_INSTANT = 1;

  @C("KVM_STATS_TYPE_PEAK")
  public static final int KVM_STATS_TYPE_PEAK = 2;

  @C("KVM_STATS_TYPE_LINEAR_HIST")
  public static final int KVM_STATS_TYPE_LINEAR_HIST = 3;

  @C("KVM_STATS_TYPE_LOG_HIST")
  public static final int KVM_STATS_TYPE_LOG_HIST = 4;

  @C("KVM_STATS_UNIT_SHIFT")
  public static final int KVM_STATS_UNIT_SHIFT = 4;

  @C("KVM_STATS_UNIT_MASK")
  public static final int KVM_STATS_UNIT_MASK = 240;

  @C("KVM_STATS_UNIT_NONE")
  public static final int KVM_STATS_UNIT_NONE = 0;

  @C("KVM_STATS_UNIT_BYTES")
  public static final int KVM_STATS_UNIT_BYTES = 16;

  @C("KVM_STATS_UNIT_SECONDS")
  public static final int KVM_STATS_UNIT_SECONDS = 32;

  @C("KVM_STATS_UNIT_CYCLES")
  public static final int KVM_STATS_UNIT_CYCLES = 48;

  @C("KVM_STATS_UNIT_BOOLEAN")
  public static final int KVM_STATS_UNIT_BOOLEAN = 64;

  @C("KVM_STATS_BASE_SHIFT")
  public static final int KVM_STATS_BASE_SHIFT = 8;

  @C("KVM_STATS_BASE_MASK")
  public static final int KVM_STATS_BASE_MASK = 3840;

  @C("KVM_STATS_BASE_POW10")
  public static final int KVM_STATS_BASE_POW10 = 0;

  @C("KVM_STATS_BASE_POW2")
  public static final int KVM_STATS_BASE_POW2 = 256;

  private KvmStatsDesc() {}
}
