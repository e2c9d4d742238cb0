package org.kvm4j.core.abi;

/** struct kvm_pit_channel_state: one counter of the in-kernel i8254. */
public final class KvmPitChannelState {

  @C("sizeof(struct kvm_pit_channel_state)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_pit_channel_state, count)")
  public static final int COUNT = 0;

  @C("offsetof(struct kvm_pit_channel_state, latched_count)")
  public static final int LATCHED_COUNT = 4;

  @C("offsetof(struct kvm_pit_channel_state, count_latched)")
  public static final int COUNT_LATCHED = 6;

  @C("offsetof(struct kvm_pit_channel_state, status_latched)")
  public static final int STATUS_LATCHED = 7;

  @C("offsetof(struct kvm_pit_channel_state, status)")
  public static final int STATUS = 8;

  @C("offsetof(struct kvm_pit_channel_state, read_state)")
  public static final int READ_STATE = 9;

  @C("offsetof(struct kvm_pit_channel_state, write_state)")
  public static final int WRITE_STATE = 10;

  @C("offsetof(struct kvm_pit_channel_state, write_latch)")
  public static final int WRITE_LATCH = 11;

  @C("offsetof(struct kvm_pit_channel_state, rw_mode)")
  public static final int RW_MODE = 12;

  @C("offsetof(struct kvm_pit_channel_state, mode)")
  public static final int MODE = 13;

  @C("offsetof(struct kvm_pit_channel_state, bcd)")
  public static final int BCD = 14;

  @C("offsetof(struct kvm_pit_channel_state, gate)")
  public static final int GATE = 15;

  @C("offsetof(struct kvm_pit_channel_state, count_load_time)")
  public static final int COUNT_LOAD_TIME = 16;

  private KvmPitChannelState() {}
}
