package org.kvm4j.core.abi;

/** struct kvm_stats_header: the start of a statistics file. */
public final class KvmStatsHeader {

  @C("sizeof(struct kvm_stats_header)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_stats_header, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_stats_header, name_size)")
  public static final int NAME_SIZE = 4;

  @C("offsetof(struct kvm_stats_header, num_desc)")
  public static final int NUM_DESC = 8;

  @C("offsetof(struct kvm_stats_header, id_offset)")
  public static final int ID_OFFSET = 12;

  @C("offsetof(struct kvm_stats_header, desc_offset)")
  public static final int DESC_OFFSET = 16;

  @C("offsetof(struct kvm_stats_header, data_offset)")
  public static final int DATA_OFFSET = 20;

  private KvmStatsHeader() {}
}
