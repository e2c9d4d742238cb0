package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_CLOCK;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_TSC_KHZ;
import static org.kvm4j.core.abi.Ioctl.KVM_HAS_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_KVMCLOCK_CTRL;
import static org.kvm4j.core.abi.Ioctl.KVM_REGISTER_COALESCED_MMIO;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CLOCK;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSC_KHZ;
import static org.kvm4j.core.abi.Ioctl.KVM_UNREGISTER_COALESCED_MMIO;
import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENOSPC;
import static org.kvm4j.core.sys.Errno.ENOTTY;
import static org.kvm4j.core.sys.Errno.ENXIO;
import static org.kvm4j.core.sys.Errno.EPERM;

import java.util.List;
import org.kvm4j.KvmCapability;

/** The ioctls of {@code Vm.coalescing}, {@code Vm.clocks}, {@code Vcpu.tsc} and KVM_ENABLE_CAP. */
final class ClockAndCoalescingCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_REGISTER_COALESCED_MMIO,
              VM,
              "Coalescing.coalesceMemory",
              m -> m.vm.coalescing().coalesceMemory(0xd000_0000L, 0x1000),
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM,
              ENOSPC),
          IoctlCall.of(
              KVM_UNREGISTER_COALESCED_MMIO,
              VM,
              "Coalescing.uncoalesceMemory",
              ClockAndCoalescingCalls::coalesceAndStop,
              EFAULT,
              EINVAL,
              EIO),
          IoctlCall.of(
              KVM_GET_CLOCK, VM, "VmClocks.kvmClock", m -> m.vm.clocks().kvmClock(), EFAULT, EIO),
          IoctlCall.of(
              KVM_SET_CLOCK,
              VM,
              "VmClocks.setKvmClock",
              m -> m.vm.clocks().setKvmClock(1),
              EFAULT,
              EINVAL,
              EIO),
          IoctlCall.of(KVM_GET_TSC_KHZ, VM, "VmClocks.tscKhz", m -> m.vm.clocks().tscKhz(), EIO),
          IoctlCall.of(
              KVM_SET_TSC_KHZ,
              VM,
              "VmClocks.setTscKhz",
              m -> m.vm.clocks().setTscKhz(1_000_000),
              EINVAL,
              EIO),
          IoctlCall.of(
              KVM_GET_TSC_KHZ, VCPU, "VcpuTsc.frequencyKhz", m -> m.vcpu.tsc().frequencyKhz(), EIO),
          IoctlCall.of(
              KVM_SET_TSC_KHZ,
              VCPU,
              "VcpuTsc.setFrequencyKhz",
              m -> m.vcpu.tsc().setFrequencyKhz(1_000_000),
              EINVAL,
              EIO),
          // EINVAL is an answer: the guest has no kvm-clock.
          IoctlCall.of(
              KVM_KVMCLOCK_CTRL,
              VCPU,
              "VcpuTsc.notifyPaused",
              m -> m.vcpu.tsc().notifyPaused(),
              EIO),
          // ENXIO is an answer: there is no such attribute.
          IoctlCall.of(
              KVM_HAS_DEVICE_ATTR,
              VCPU,
              "VcpuTsc.hasOffset",
              m -> m.vcpu.tsc().hasOffset(),
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_GET_DEVICE_ATTR,
              VCPU,
              "VcpuTsc.offset",
              m -> m.vcpu.tsc().offset(),
              EFAULT,
              EIO,
              ENXIO),
          IoctlCall.of(
              KVM_SET_DEVICE_ATTR,
              VCPU,
              "VcpuTsc.setOffset",
              m -> m.vcpu.tsc().setOffset(1),
              EFAULT,
              EIO,
              ENXIO),
          IoctlCall.of(
              KVM_ENABLE_CAP,
              VM,
              "Vm.enableCapability",
              m -> m.vm.enableCapability(KvmCapability.SPLIT_IRQCHIP, 24),
              E2BIG,
              EBUSY,
              EEXIST,
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM,
              EPERM),
          IoctlCall.of(
              KVM_ENABLE_CAP,
              VCPU,
              "Vcpu.enableCapability",
              m -> m.vcpu.enableCapability(KvmCapability.ENFORCE_PV_FEATURE_CPUID, 1),
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM,
              ENOTTY));

  private ClockAndCoalescingCalls() {}

  /** A zone of its own for each try, as one that could not be unregistered is still there. */
  private static void coalesceAndStop(ScriptedMachine machine) {
    long zone = 0x1000L * machine.kernel.calls().size();
    machine.vm.coalescing().coalesceMemory(zone, 0x1000);
    machine.vm.coalescing().uncoalesceMemory(zone, 0x1000);
  }
}
