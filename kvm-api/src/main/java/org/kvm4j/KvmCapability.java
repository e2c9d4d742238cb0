package org.kvm4j;

/** The KVM capabilities that kvm4j asks for, with the numbers of linux/kvm.h. */
public enum KvmCapability {
  /** KVM_CAP_IRQCHIP: interrupt controllers in the kernel. */
  IRQCHIP(0),
  /** KVM_CAP_USER_MEMORY: guest RAM is the caller's own memory. */
  USER_MEMORY(3),
  /** KVM_CAP_SET_TSS_ADDR. */
  SET_TSS_ADDR(4),
  /** KVM_CAP_EXT_CPUID: KVM_GET_SUPPORTED_CPUID and KVM_SET_CPUID2. */
  EXT_CPUID(7),
  /** KVM_CAP_NR_VCPUS: the number of vCPUs recommended. */
  NR_VCPUS(9),
  /** KVM_CAP_NR_MEMSLOTS: the number of memory slots. */
  NR_MEMSLOTS(10),
  /** KVM_CAP_MP_STATE. */
  MP_STATE(14),
  /** KVM_CAP_IRQFD. */
  IRQFD(32),
  /** KVM_CAP_PIT2: an i8254 in the kernel. */
  PIT2(33),
  /** KVM_CAP_IOEVENTFD. */
  IOEVENTFD(36),
  /** KVM_CAP_SET_IDENTITY_MAP_ADDR. */
  SET_IDENTITY_MAP_ADDR(37),
  /** KVM_CAP_TSC_CONTROL. */
  TSC_CONTROL(60),
  /** KVM_CAP_MAX_VCPUS: the greatest number of vCPUs. */
  MAX_VCPUS(66),
  /** KVM_CAP_TSC_DEADLINE_TIMER. */
  TSC_DEADLINE_TIMER(72),
  /** KVM_CAP_READONLY_MEM. */
  READONLY_MEM(81),
  /** KVM_CAP_SPLIT_IRQCHIP. */
  SPLIT_IRQCHIP(121),
  /** KVM_CAP_IMMEDIATE_EXIT: a vCPU can be kicked without a race. */
  IMMEDIATE_EXIT(136);

  private final int number;

  KvmCapability(int number) {
    this.number = number;
  }

  /** The kernel's number. */
  public int number() {
    return number;
  }
}
