package org.kvm4j.irq;

import java.util.List;

/**
 * The in-kernel i8254. struct kvm_pit_state2.
 *
 * @param channels the three counters
 * @param hpetLegacy whether an HPET has taken over channel 0's interrupt
 *     (KVM_PIT_FLAGS_HPET_LEGACY)
 * @param speakerDataOn bit 1 of port 0x61 (KVM_PIT_FLAGS_SPEAKER_DATA_ON; kernels before 6.1 do not
 *     keep it)
 */
public record PitState(List<PitChannel> channels, boolean hpetLegacy, boolean speakerDataOn) {

  /** How many counters there are. */
  public static final int CHANNELS = 3;

  /** Copies the list and checks its length. */
  public PitState {
    channels = List.copyOf(channels);
    if (channels.size() != CHANNELS) {
      throw new IllegalArgumentException(
          "%d channels: an i8254 has %d".formatted(channels.size(), CHANNELS));
    }
  }
}
