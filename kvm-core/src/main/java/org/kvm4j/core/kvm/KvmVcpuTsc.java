package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_TSC_KHZ;
import static org.kvm4j.core.abi.Ioctl.KVM_HAS_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_KVMCLOCK_CTRL;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSC_KHZ;
import static org.kvm4j.core.abi.KvmDeviceAttr.KVM_VCPU_TSC_CTRL;
import static org.kvm4j.core.abi.KvmDeviceAttr.KVM_VCPU_TSC_OFFSET;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmDeviceAttr;
import org.kvm4j.core.sys.Errno;

/** VcpuTsc over the ioctls of a vCPU. */
final class KvmVcpuTsc implements VcpuTsc {

  private final VcpuIoctls ioctls;

  KvmVcpuTsc(VcpuIoctls ioctls) {
    this.ioctls = ioctls;
  }

  @Override
  public int frequencyKhz() {
    return ioctls.call(KVM_GET_TSC_KHZ, 0);
  }

  @Override
  public void setFrequencyKhz(int khz) {
    KvmVmClocks.requireFrequency(khz);
    ioctls.call(KVM_SET_TSC_KHZ, khz);
  }

  @Override
  public boolean hasOffset() {
    return answers(Errno.ENXIO, () -> attribute(KVM_HAS_DEVICE_ATTR, 0));
  }

  @Override
  public long offset() {
    return attribute(KVM_GET_DEVICE_ATTR, 0);
  }

  @Override
  public void setOffset(long offset) {
    attribute(KVM_SET_DEVICE_ATTR, offset);
  }

  @Override
  public boolean notifyPaused() {
    return answers(Errno.EINVAL, () -> ioctls.call(KVM_KVMCLOCK_CTRL, 0));
  }

  /** The value of the attribute after a call. */
  private long attribute(Ioctl call, long before) {
    ByteBuffer value = Native.allocate(Long.BYTES).putLong(0, before);
    long address = ioctls.fd().sys().addressOf(value);
    try {
      return ioctls.exchange(
          call,
          attr -> KvmDeviceAttr.write(attr, KVM_VCPU_TSC_CTRL, KVM_VCPU_TSC_OFFSET, address),
          attr -> value.getLong(0));
    } finally {
      Reference.reachabilityFence(value); // the kernel has its address
    }
  }

  /** False if the call fails with the error number that means no. */
  private static boolean answers(int no, Runnable call) {
    try {
      call.run();
      return true;
    } catch (KvmIoctlException e) {
      if (e.errno() == no) {
        return false;
      }
      throw e;
    }
  }
}
