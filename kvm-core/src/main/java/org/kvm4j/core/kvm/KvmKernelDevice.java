package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_DEVICE;

import java.nio.ByteBuffer;
import org.kvm4j.DeviceAttributes;
import org.kvm4j.KvmDevice;
import org.kvm4j.KvmDeviceType;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.KvmCreateDevice;
import org.kvm4j.core.sys.Errno;

/** A descriptor from KVM_CREATE_DEVICE. */
final class KvmKernelDevice implements KvmDevice, Children.Child {

  private final KvmDeviceType type;
  private final Fd fd;
  private final Children siblings;
  private final KvmAttributes attributes;

  private KvmKernelDevice(KvmDeviceType type, Fd fd, Children siblings) {
    this.type = type;
    this.fd = fd;
    this.siblings = siblings;
    attributes = new KvmAttributes(fd);
  }

  /** Creates a device that belongs to a VM. */
  static KvmKernelDevice create(Fd vm, KvmDeviceType type, Children siblings) {
    ByteBuffer argument = argument(type, 0);
    vm.ioctl(KVM_CREATE_DEVICE, argument);
    Fd fd = vm.child(FdKind.DEVICE, argument.getInt(KvmCreateDevice.FD), "the " + type + " device");
    return siblings.add(new KvmKernelDevice(type, fd, siblings));
  }

  /** Whether a VM could have such a device. */
  static boolean exists(Fd vm, KvmDeviceType type) {
    ByteBuffer argument = argument(type, KvmCreateDevice.KVM_CREATE_DEVICE_TEST);
    int result = vm.tryIoctl(KVM_CREATE_DEVICE, argument);
    if (result < 0 && result != -Errno.ENODEV) {
      throw vm.failure(KVM_CREATE_DEVICE, result);
    }
    return result >= 0;
  }

  @Override
  public KvmDeviceType type() {
    return type;
  }

  @Override
  public DeviceAttributes attributes() {
    return attributes;
  }

  @Override
  public void close() {
    fd.close();
    siblings.remove(this);
  }

  private static ByteBuffer argument(KvmDeviceType type, int flags) {
    return Native.allocate(KvmCreateDevice.SIZEOF)
        .putInt(KvmCreateDevice.TYPE, type.number())
        .putInt(KvmCreateDevice.FLAGS, flags);
  }
}
