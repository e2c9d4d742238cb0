package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.irq.PitChannel;
import org.kvm4j.irq.PitState;

/** struct kvm_pit_state2: the in-kernel i8254. */
public final class KvmPitState2 {

  @C("sizeof(struct kvm_pit_state2)")
  public static final int SIZEOF = 112;

  @C("offsetof(struct kvm_pit_state2, channels)")
  public static final int CHANNELS = 0;

  @C("offsetof(struct kvm_pit_state2, flags)")
  public static final int FLAGS = 72;

  @C("KVM_PIT_FLAGS_HPET_LEGACY")
  public static final int KVM_PIT_FLAGS_HPET_LEGACY = 1;

  @C("KVM_PIT_FLAGS_SPEAKER_DATA_ON")
  public static final int KVM_PIT_FLAGS_SPEAKER_DATA_ON = 2;

  private KvmPitState2() {}

  public static PitState read(ByteBuffer b) {
    List<PitChannel> channels = new ArrayList<>();
    for (int i = 0; i < PitState.CHANNELS; i++) {
      channels.add(KvmPitChannelState.read(b, channel(i)));
    }
    int flags = b.getInt(FLAGS);
    return new PitState(
        channels,
        (flags & KVM_PIT_FLAGS_HPET_LEGACY) != 0,
        (flags & KVM_PIT_FLAGS_SPEAKER_DATA_ON) != 0);
  }

  public static void write(ByteBuffer b, PitState pit) {
    for (int i = 0; i < PitState.CHANNELS; i++) {
      KvmPitChannelState.write(b, channel(i), pit.channels().get(i));
    }
    int hpet = pit.hpetLegacy() ? KVM_PIT_FLAGS_HPET_LEGACY : 0;
    int speaker = pit.speakerDataOn() ? KVM_PIT_FLAGS_SPEAKER_DATA_ON : 0;
    b.putInt(FLAGS, hpet | speaker);
  }

  private static int channel(int i) {
    return CHANNELS + i * KvmPitChannelState.SIZEOF;
  }
}
