package org.kvm4j.core.abi;

/** struct kvm_pre_fault_memory: a range to be mapped before the guest touches it. */
public final class KvmPreFaultMemory {

  @C(value = "sizeof(struct kvm_pre_fault_memory)", since = "6.11")
  public static final int SIZEOF = 64;

  @C(value = "offsetof(struct kvm_pre_fault_memory, gpa)", since = "6.11")
  public static final int GPA = 0;

  @C(value = "offsetof(struct kvm_pre_fault_memory, size)", since = "6.11")
  public static final int SIZE = 8;

  @C(value = "offsetof(struct kvm_pre_fault_memory, flags)", since = "6.11")
  public static final int FLAGS = 16;

  private KvmPreFaultMemory() {}
}
