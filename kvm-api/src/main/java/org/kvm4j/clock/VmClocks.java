package org.kvm4j.clock;

import java.util.Set;

/**
 * The clocks that KVM keeps for a VM: kvm-clock and the default TSC frequency.
 *
 * <p>Threading: any thread. Every method throws {@link IllegalStateException} once the VM is
 * closed, {@link org.kvm4j.KvmIoctlException} if the kernel refuses, and {@link
 * org.kvm4j.KvmCapabilityException} if this KVM lacks KVM_CAP_ADJUST_CLOCK, or
 * KVM_CAP_VM_TSC_CONTROL (Linux 5.19) for the TSC. KVM API, section 4, KVM_GET_CLOCK, KVM_SET_CLOCK
 * and KVM_SET_TSC_KHZ.
 */
public interface VmClocks {

  /** Reads the kvm-clock. KVM_GET_CLOCK. */
  KvmClock kvmClock();

  /**
   * Which flags this KVM can give, of which {@link KvmClockFlag#REALTIME} can be set, too. The
   * value of KVM_CAP_ADJUST_CLOCK.
   */
  Set<KvmClockFlag> kvmClockFlags();

  /**
   * Sets the kvm-clock, from which it goes on. Stop the vCPUs before. KVM_SET_CLOCK.
   *
   * @param nanos the guest's time, at least 0
   * @throws IllegalArgumentException if it is negative
   */
  void setKvmClock(long nanos);

  /**
   * Sets the kvm-clock to what it showed at an earlier moment, plus the time that has passed since:
   * for a guest that was away and is to notice. If that moment is in the future, nothing is added.
   * KVM_SET_CLOCK with KVM_CLOCK_REALTIME.
   *
   * @param nanos the guest's time, at least 0
   * @param realtimeNanos the host's CLOCK_REALTIME at that moment: {@link KvmClock#realtimeNanos}
   * @throws IllegalArgumentException if one of them is negative
   * @throws org.kvm4j.KvmCapabilityException unless {@link #kvmClockFlags} has REALTIME
   */
  void setKvmClock(long nanos, long realtimeNanos);

  /** The TSC frequency that new vCPUs get, in kHz. KVM_GET_TSC_KHZ on the VM. */
  int tscKhz();

  /**
   * Sets the TSC frequency of new vCPUs. Before the first of them: later it changes none that
   * exists, and newer kernels refuse it. KVM_SET_TSC_KHZ on the VM.
   *
   * @param khz more than 0
   * @throws IllegalArgumentException if it is not
   * @throws org.kvm4j.KvmIoctlException EINVAL: more than the processor can scale to, or too late
   */
  void setTscKhz(int khz);
}
