package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.irq.PitChannel;

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

  public static PitChannel read(ByteBuffer b, int at) {
    return new PitChannel(
        b.getInt(at + COUNT),
        Short.toUnsignedInt(b.getShort(at + LATCHED_COUNT)),
        number(b, at + COUNT_LATCHED),
        b.get(at + STATUS_LATCHED) != 0,
        number(b, at + STATUS),
        number(b, at + READ_STATE),
        number(b, at + WRITE_STATE),
        number(b, at + WRITE_LATCH),
        number(b, at + RW_MODE),
        number(b, at + MODE),
        b.get(at + BCD) != 0,
        b.get(at + GATE) != 0,
        b.getLong(at + COUNT_LOAD_TIME));
  }

  public static void write(ByteBuffer b, int at, PitChannel channel) {
    b.putInt(at + COUNT, channel.count());
    b.putShort(at + LATCHED_COUNT, (short) channel.latchedCount());
    b.put(at + COUNT_LATCHED, (byte) channel.countLatched());
    b.put(at + STATUS_LATCHED, bit(channel.statusLatched()));
    b.put(at + STATUS, (byte) channel.status());
    b.put(at + READ_STATE, (byte) channel.readState());
    b.put(at + WRITE_STATE, (byte) channel.writeState());
    b.put(at + WRITE_LATCH, (byte) channel.writeLatch());
    b.put(at + RW_MODE, (byte) channel.accessMode());
    b.put(at + MODE, (byte) channel.mode());
    b.put(at + BCD, bit(channel.bcd()));
    b.put(at + GATE, bit(channel.gate()));
    b.putLong(at + COUNT_LOAD_TIME, channel.loadTimeNanos());
  }

  private static int number(ByteBuffer b, int at) {
    return Byte.toUnsignedInt(b.get(at));
  }

  private static byte bit(boolean value) {
    return (byte) (value ? 1 : 0);
  }
}
