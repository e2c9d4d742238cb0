package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_DEVICE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_HAS_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEVICE_ATTR;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.kvm4j.DeviceAttributes;
import org.kvm4j.KvmDevice;
import org.kvm4j.KvmDeviceType;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.ReadableAttributes;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmDeviceAttr;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.testkit.RequiresKvm;

/** In-kernel devices, and the attributes of every kind of descriptor. */
@RequiresKvm
final class DeviceIT {

  private static final int NO_GROUP = 0x7fff;

  @Test
  @Exercises(value = KVM_CREATE_DEVICE, on = FdKind.VM)
  void aDeviceThatKvmHas_canBeCreatedOnce() {
    try (Guest guest = Guest.bare();
        KvmDevice device = vfio(guest, KVM_CREATE_DEVICE, FdKind.VM)) {
      KvmIoctlException second =
          assertThrows(KvmIoctlException.class, () -> guest.vm.createDevice(KvmDeviceType.VFIO));

      assertEquals(KvmDeviceType.VFIO, device.type());
      assertEquals(Errno.EBUSY, second.errno());
    }
  }

  @Test
  @Exercises(value = KVM_HAS_DEVICE_ATTR, on = FdKind.DEVICE)
  void aDevice_saysWhichAttributesItHas() {
    try (Guest guest = Guest.bare();
        KvmDevice device = vfio(guest, KVM_HAS_DEVICE_ATTR, FdKind.DEVICE)) {
      DeviceAttributes attributes = device.attributes();

      assertTrue(
          attributes.has(KvmDeviceAttr.KVM_DEV_VFIO_GROUP, KvmDeviceAttr.KVM_DEV_VFIO_GROUP_ADD));
      assertFalse(attributes.has(NO_GROUP, 0));
    }
  }

  @Test
  @Exercises(value = KVM_SET_DEVICE_ATTR, on = FdKind.DEVICE)
  void aDevice_takesNoFileThatIsNotOpen() {
    try (Guest guest = Guest.bare();
        KvmDevice device = vfio(guest, KVM_SET_DEVICE_ATTR, FdKind.DEVICE)) {
      KvmIoctlException noFile =
          assertThrows(
              KvmIoctlException.class,
              () ->
                  device
                      .attributes()
                      .set(
                          KvmDeviceAttr.KVM_DEV_VFIO_GROUP,
                          KvmDeviceAttr.KVM_DEV_VFIO_GROUP_ADD,
                          Integer.MAX_VALUE));

      assertEquals(Errno.EBADF, noFile.errno());
      IoctlReport.skipRefused(
          KVM_SET_DEVICE_ATTR, FdKind.DEVICE, "EBADF: the host has no VFIO group to add");
    }
  }

  @Test
  @Exercises(value = KVM_GET_DEVICE_ATTR, on = FdKind.DEVICE)
  void aDevice_hasNothingToRead() {
    try (Guest guest = Guest.bare();
        KvmDevice device = vfio(guest, KVM_GET_DEVICE_ATTR, FdKind.DEVICE)) {
      KvmIoctlException noGetter =
          assertThrows(
              KvmIoctlException.class,
              () ->
                  device
                      .attributes()
                      .get(KvmDeviceAttr.KVM_DEV_VFIO_GROUP, KvmDeviceAttr.KVM_DEV_VFIO_GROUP_ADD));

      assertEquals(Errno.EPERM, noGetter.errno());
      IoctlReport.skipRefused(
          KVM_GET_DEVICE_ATTR, FdKind.DEVICE, "EPERM: no device of x86 has attributes to read");
    }
  }

  @Test
  @Exercises(
      value = {KVM_HAS_DEVICE_ATTR, KVM_GET_DEVICE_ATTR},
      on = FdKind.SYSTEM)
  void kvmItself_saysWhichXsaveFeaturesAGuestMayHave() {
    try (Guest guest = Guest.bare()) {
      ReadableAttributes attributes = guest.hypervisor.attributes();
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

      assertTrue(attributes.has(0, KvmDeviceAttr.KVM_X86_XCOMP_GUEST_SUPP));
      long features = attributes.get(0, KvmDeviceAttr.KVM_X86_XCOMP_GUEST_SUPP);
      attributes.get(0, KvmDeviceAttr.KVM_X86_XCOMP_GUEST_SUPP, bytes);

      // x87 and SSE at least; nothing on a host without XSAVE.
      assertTrue(features == 0 || (features & 3) == 3, "features " + features);
      assertEquals(features, bytes.getLong(0));
      assertFalse(attributes.has(0, 1L << 40));
      assertThrows(KvmIoctlException.class, () -> attributes.get(NO_GROUP, 0));
    }
  }

  @Test
  @Exercises(
      value = {KVM_HAS_DEVICE_ATTR, KVM_GET_DEVICE_ATTR, KVM_SET_DEVICE_ATTR},
      on = FdKind.VCPU)
  void aVcpusTscOffset_isAnAttribute() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      DeviceAttributes attributes = cpu.vcpu.attributes();
      int group = KvmDeviceAttr.KVM_VCPU_TSC_CTRL;
      long offset = KvmDeviceAttr.KVM_VCPU_TSC_OFFSET;

      assertTrue(cpu.on(() -> attributes.has(group, offset)));
      long read = cpu.on(() -> attributes.get(group, offset));
      long readAgain =
          cpu.on(
              () -> {
                attributes.set(group, offset, read);
                return attributes.get(group, offset);
              });

      // A KVM that interprets the guest may take another offset without heeding it.
      assertEquals(read, readAgain);
      assertFalse(cpu.on(() -> attributes.has(NO_GROUP, 0)));
    }
  }

  /** The only device of x86, or a skip. */
  private static KvmDevice vfio(Guest guest, Ioctl ioctl, FdKind kind) {
    if (!guest.vm.hasDevice(KvmDeviceType.VFIO)) {
      assertEquals(
          Errno.ENODEV,
          assertThrows(KvmIoctlException.class, () -> guest.vm.createDevice(KvmDeviceType.VFIO))
              .errno());
      IoctlReport.skipRefused(ioctl, kind, "ENODEV: this kernel has no KVM_DEV_TYPE_VFIO");
    }
    return guest.vm.createDevice(KvmDeviceType.VFIO);
  }
}
