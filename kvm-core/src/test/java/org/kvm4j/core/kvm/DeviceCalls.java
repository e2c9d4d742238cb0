package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.DEVICE;
import static org.kvm4j.core.abi.FdKind.SYSTEM;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_DEVICE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_STATS_FD;
import static org.kvm4j.core.abi.Ioctl.KVM_HAS_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEVICE_ATTR;
import static org.kvm4j.core.sys.Errno.EBADF;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.EMFILE;
import static org.kvm4j.core.sys.Errno.ENFILE;
import static org.kvm4j.core.sys.Errno.ENODEV;
import static org.kvm4j.core.sys.Errno.ENOENT;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENXIO;
import static org.kvm4j.core.sys.Errno.EPERM;

import java.util.List;
import java.util.function.Consumer;
import org.kvm4j.DeviceAttributes;
import org.kvm4j.KvmDevice;
import org.kvm4j.KvmDeviceType;
import org.kvm4j.core.abi.FdKind;

/** Devices in the kernel, attributes of all kinds of descriptors, and statistics. */
final class DeviceCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_CREATE_DEVICE,
              VM,
              "Vm.createDevice",
              m -> m.vm.createDevice(KvmDeviceType.VFIO),
              ENODEV,
              EEXIST,
              EBUSY,
              ENOMEM,
              EMFILE,
              ENFILE,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_CREATE_DEVICE,
              VM,
              "Vm.hasDevice",
              m -> m.vm.hasDevice(KvmDeviceType.VFIO),
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_DEVICE_ATTR,
              DEVICE,
              "KvmDevice.attributes().set",
              onDevice(attributes -> attributes.set(1, 1, 5)),
              ENXIO,
              EPERM,
              EFAULT,
              EINVAL,
              ENOENT,
              ENOMEM,
              EEXIST,
              EBADF,
              EIO),
          IoctlCall.of(
              KVM_GET_DEVICE_ATTR,
              DEVICE,
              "KvmDevice.attributes().get",
              onDevice(attributes -> attributes.get(1, 1)),
              ENXIO,
              EPERM,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_HAS_DEVICE_ATTR,
              DEVICE,
              "KvmDevice.attributes().has",
              onDevice(attributes -> attributes.has(1, 1)),
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_DEVICE_ATTR,
              VCPU,
              "Vcpu.attributes().set",
              m -> m.vcpu.attributes().set(0, 0, 1),
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_GET_DEVICE_ATTR,
              VCPU,
              "Vcpu.attributes().get",
              m -> m.vcpu.attributes().get(0, 0),
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_HAS_DEVICE_ATTR,
              VCPU,
              "Vcpu.attributes().has",
              m -> m.vcpu.attributes().has(0, 0),
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_GET_DEVICE_ATTR,
              SYSTEM,
              "Hypervisor.attributes().get",
              m -> m.hypervisor.attributes().get(0, 0),
              ENXIO,
              EFAULT),
          IoctlCall.of(
              KVM_HAS_DEVICE_ATTR,
              SYSTEM,
              "Hypervisor.attributes().has",
              m -> m.hypervisor.attributes().has(0, 0),
              EFAULT),
          statistics(VM, "Vm.statistics", m -> m.vm.statistics()),
          statistics(VCPU, "Vcpu.statistics", m -> m.vcpu.statistics()));

  private DeviceCalls() {}

  private static Consumer<ScriptedMachine> onDevice(Consumer<DeviceAttributes> action) {
    return machine -> {
      try (KvmDevice device = machine.vm.createDevice(KvmDeviceType.VFIO)) {
        action.accept(device.attributes());
      }
    };
  }

  private static IoctlCall statistics(FdKind kind, String java, Consumer<ScriptedMachine> open) {
    return IoctlCall.of(KVM_GET_STATS_FD, kind, java, open, ENOMEM, EMFILE, ENFILE, EIO);
  }
}
