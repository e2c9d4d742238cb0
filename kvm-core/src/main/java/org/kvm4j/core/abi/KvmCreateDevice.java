package org.kvm4j.core.abi;

/** struct kvm_create_device: an in-kernel device to create. */
public final class KvmCreateDevice {

  @C("sizeof(struct kvm_create_device)")
  public static final int SIZEOF = 12;

  @C("offsetof(struct kvm_create_device, type)")
  public static final int TYPE = 0;

  @C("offsetof(struct kvm_create_device, fd)")
  public static final int FD = 4;

  @C("offsetof(struct kvm_create_device, flags)")
  public static final int FLAGS = 8;

  @C("KVM_CREATE_DEVICE_TEST")
  public static final int KVM_CREATE_DEVICE_TEST = 1;

  @C("KVM_DEV_TYPE_VFIO")
  public static final int KVM_DEV_TYPE_VFIO = 4;

  private KvmCreateDevice() {}
}
