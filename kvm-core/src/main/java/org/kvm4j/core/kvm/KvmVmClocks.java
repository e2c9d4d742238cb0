package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_CLOCK;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_TSC_KHZ;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CLOCK;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSC_KHZ;

import java.nio.ByteBuffer;
import java.util.Set;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.clock.KvmClock;
import org.kvm4j.clock.KvmClockFlag;
import org.kvm4j.clock.VmClocks;
import org.kvm4j.core.abi.KvmClockData;

/** VmClocks over the ioctls of a VM. */
final class KvmVmClocks implements VmClocks {

  private final Fd fd;

  KvmVmClocks(Fd fd) {
    this.fd = fd;
  }

  @Override
  public KvmClock kvmClock() {
    ByteBuffer clock = Native.allocate(KvmClockData.SIZEOF);
    fd.ioctl(KVM_GET_CLOCK, clock);
    return KvmClockData.read(clock);
  }

  @Override
  public Set<KvmClockFlag> kvmClockFlags() {
    fd.requireOpen();
    fd.capabilities().require(KvmCapability.ADJUST_CLOCK, "kvm-clock of " + fd.name());
    return Set.copyOf(KvmClockData.flags(fd.capabilities().value(KvmCapability.ADJUST_CLOCK)));
  }

  @Override
  public void setKvmClock(long nanos) {
    requireNotNegative("kvm-clock", nanos);
    ByteBuffer clock = Native.allocate(KvmClockData.SIZEOF);
    clock.putLong(KvmClockData.CLOCK, nanos);
    fd.ioctl(KVM_SET_CLOCK, clock);
  }

  @Override
  public void setKvmClock(long nanos, long realtimeNanos) {
    requireNotNegative("kvm-clock", nanos);
    requireNotNegative("real time", realtimeNanos);
    if (!kvmClockFlags().contains(KvmClockFlag.REALTIME)) {
      throw new KvmCapabilityException(
          KvmCapability.ADJUST_CLOCK,
          "KVM_SET_CLOCK with KVM_CLOCK_REALTIME (Linux 5.16) on " + fd.name());
    }
    ByteBuffer clock = Native.allocate(KvmClockData.SIZEOF);
    clock.putLong(KvmClockData.CLOCK, nanos);
    clock.putInt(KvmClockData.FLAGS, KvmClockData.KVM_CLOCK_REALTIME);
    clock.putLong(KvmClockData.REALTIME, realtimeNanos);
    fd.ioctl(KVM_SET_CLOCK, clock);
  }

  @Override
  public int tscKhz() {
    return fd.ioctl(KVM_GET_TSC_KHZ, 0);
  }

  @Override
  public void setTscKhz(int khz) {
    requireFrequency(khz);
    fd.ioctl(KVM_SET_TSC_KHZ, khz);
  }

  /** KVM takes 0 for the host's own frequency; who wants that need not set it. */
  static void requireFrequency(int khz) {
    if (khz <= 0) {
      throw new IllegalArgumentException(
          "a TSC of %d kHz: give a frequency above 0".formatted(khz));
    }
  }

  private static void requireNotNegative(String what, long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException(
          "a %s of %d ns: give 0 or more nanoseconds".formatted(what, nanos));
    }
  }
}
