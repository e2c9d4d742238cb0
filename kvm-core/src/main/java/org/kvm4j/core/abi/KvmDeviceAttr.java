package org.kvm4j.core.abi;

import java.nio.ByteBuffer;

/** struct kvm_device_attr: an attribute of a device, a vCPU or of KVM itself. */
public final class KvmDeviceAttr {

  @C("sizeof(struct kvm_device_attr)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_device_attr, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_device_attr, group)")
  public static final int GROUP = 4;

  @C("offsetof(struct kvm_device_attr, attr)")
  public static final int ATTR = 8;

  @C("offsetof(struct kvm_device_attr, addr)")
  public static final int ADDR = 16;

  @C("KVM_VCPU_TSC_CTRL")
  public static final int KVM_VCPU_TSC_CTRL = 0;

  @C("KVM_VCPU_TSC_OFFSET")
  public static final int KVM_VCPU_TSC_OFFSET = 0;

  @C("KVM_X86_XCOMP_GUEST_SUPP")
  public static final int KVM_X86_XCOMP_GUEST_SUPP = 0;

  @C("KVM_DEV_VFIO_GROUP")
  public static final int KVM_DEV_VFIO_GROUP = 1;

  @C("KVM_DEV_VFIO_GROUP_ADD")
  public static final int KVM_DEV_VFIO_GROUP_ADD = 1;

  private KvmDeviceAttr() {}

  public static void write(ByteBuffer b, int group, long attribute, long address) {
    b.putInt(GROUP, group);
    b.putLong(ATTR, attribute);
    b.putLong(ADDR, address);
  }
}
