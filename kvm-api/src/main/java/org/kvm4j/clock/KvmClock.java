package org.kvm4j.clock;

import java.util.Set;

/**
 * What a VM's kvm-clock showed. struct kvm_clock_data; KVM API, KVM_GET_CLOCK.
 *
 * @param nanos the guest's time, at least 0
 * @param flags which of the others are valid, and how the time was made
 * @param realtimeNanos the host's CLOCK_REALTIME at the same moment; 0 unless {@link
 *     KvmClockFlag#REALTIME}
 * @param hostTsc the host's time-stamp counter at the same moment; 0 unless {@link
 *     KvmClockFlag#HOST_TSC}
 */
public record KvmClock(long nanos, Set<KvmClockFlag> flags, long realtimeNanos, long hostTsc) {

  /**
   * Copies the flags.
   *
   * @throws IllegalArgumentException if the time is negative, or a value is there without its flag
   */
  public KvmClock {
    flags = Set.copyOf(flags);
    if (nanos < 0) {
      throw new IllegalArgumentException(
          "a kvm-clock of %d ns: give 0 or more nanoseconds".formatted(nanos));
    }
    if (realtimeNanos != 0 && !flags.contains(KvmClockFlag.REALTIME)) {
      throw new IllegalArgumentException(
          "a kvm-clock with a real time but without REALTIME: give 0, or the flag");
    }
    if (hostTsc != 0 && !flags.contains(KvmClockFlag.HOST_TSC)) {
      throw new IllegalArgumentException(
          "a kvm-clock with a host TSC but without HOST_TSC: give 0, or the flag");
    }
  }
}
