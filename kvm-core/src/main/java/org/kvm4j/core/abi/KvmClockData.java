package org.kvm4j.core.abi;

/** struct kvm_clock_data: the VM's kvm-clock. */
public final class KvmClockData {

  @C("sizeof(struct kvm_clock_data)")
  public static final int SIZEOF = 48;

  @C("offsetof(struct kvm_clock_data, clock)")
  public static final int CLOCK = 0;

  @C("offsetof(struct kvm_clock_data, flags)")
  public static final int FLAGS = 8;

  @C("offsetof(struct kvm_clock_data, realtime)")
  public static final int REALTIME = 16;

  @C("offsetof(struct kvm_clock_data, host_tsc)")
  public static final int HOST_TSC = 24;

  @C("KVM_CLOCK_TSC_STABLE")
  public static final int KVM_CLOCK_TSC_STABLE = 2;

  @C("KVM_CLOCK_REALTIME")
  public static final int KVM_CLOCK_REALTIME = 4;

  @C("KVM_CLOCK_HOST_TSC")
  public static final int KVM_CLOCK_HOST_TSC = 8;

  private KvmClockData() {}
}
