package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_TSC_KHZ;
import static org.kvm4j.core.abi.Ioctl.KVM_KVMCLOCK_CTRL;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSC_KHZ;
import static org.kvm4j.core.abi.KvmDeviceAttr.KVM_VCPU_TSC_CTRL;
import static org.kvm4j.core.abi.KvmDeviceAttr.KVM_VCPU_TSC_OFFSET;

import org.kvm4j.KvmIoctlException;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.core.sys.Errno;

/** VcpuTsc over the ioctls of a vCPU. */
final class KvmVcpuTsc implements VcpuTsc {

  private final VcpuIoctls ioctls;
  private final KvmAttributes attributes;

  KvmVcpuTsc(VcpuIoctls ioctls, KvmAttributes attributes) {
    this.ioctls = ioctls;
    this.attributes = attributes;
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
    return attributes.has(KVM_VCPU_TSC_CTRL, KVM_VCPU_TSC_OFFSET);
  }

  @Override
  public long offset() {
    return attributes.get(KVM_VCPU_TSC_CTRL, KVM_VCPU_TSC_OFFSET);
  }

  @Override
  public void setOffset(long offset) {
    attributes.set(KVM_VCPU_TSC_CTRL, KVM_VCPU_TSC_OFFSET, offset);
  }

  @Override
  public boolean notifyPaused() {
    try {
      ioctls.call(KVM_KVMCLOCK_CTRL, 0);
      return true;
    } catch (KvmIoctlException e) {
      if (e.errno() == Errno.EINVAL) {
        return false; // the guest has no kvm-clock
      }
      throw e;
    }
  }
}
