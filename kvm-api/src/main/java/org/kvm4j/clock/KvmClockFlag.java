package org.kvm4j.clock;

/** What KVM says of a kvm-clock that it has read. KVM API, KVM_GET_CLOCK; linux/kvm.h. */
public enum KvmClockFlag {
  /** KVM_CLOCK_TSC_STABLE: all vCPUs see the same time, computed from one TSC. */
  TSC_STABLE(2),
  /** KVM_CLOCK_REALTIME: {@link KvmClock#realtimeNanos} is valid. Since Linux 5.16. */
  REALTIME(4),
  /** KVM_CLOCK_HOST_TSC: {@link KvmClock#hostTsc} is valid. Since Linux 5.16. */
  HOST_TSC(8);

  private final int bit;

  KvmClockFlag(int bit) {
    this.bit = bit;
  }

  /** The kernel's bit. */
  public int bit() {
    return bit;
  }
}
