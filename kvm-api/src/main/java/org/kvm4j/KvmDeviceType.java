package org.kvm4j;

/** The in-kernel devices that x86 has, with the numbers of linux/kvm.h: enum kvm_device_type. */
public enum KvmDeviceType {
  /**
   * KVM_DEV_TYPE_VFIO: tells KVM of the VFIO groups of a VM. At most one for each VM; its one
   * attribute group is KVM_DEV_VFIO_FILE (KVM_DEV_VFIO_GROUP before Linux 6.6).
   * Documentation/virt/kvm/devices/vfio.rst.
   */
  VFIO(4);

  private final int number;

  KvmDeviceType(int number) {
    this.number = number;
  }

  /** The kernel's number. */
  public int number() {
    return number;
  }
}
