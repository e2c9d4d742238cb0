package org.kvm4j.core.abi;

/** struct kvm_memory_attributes: attributes of a range of guest-physical addresses. */
public final class KvmMemoryAttributes {

  @C(value = "sizeof(struct kvm_memory_attributes)", since = "6.8")
  public static final int SIZEOF = 32;

  @C(value = "offsetof(struct kvm_memory_attributes, address)", since = "6.8")
  public static final int ADDRESS = 0;

  @C(value = "offsetof(struct kvm_memory_attributes, size)", since = "6.8")
  public static final int SIZE = 8;

  @C(value = "offsetof(struct kvm_memory_attributes, attributes)", since = "6.8")
  public static final int ATTRIBUTES = 16;

  @C(value = "offsetof(struct kvm_memory_attributes, flags)", since = "6.8")
  public static final int FLAGS = 24;

  @C(value = "KVM_MEMORY_ATTRIBUTE_PRIVATE", since = "6.8")
  public static final long KVM_MEMORY_ATTRIBUTE_PRIVATE = 8;

  private KvmMemoryAttributes() {}
}
