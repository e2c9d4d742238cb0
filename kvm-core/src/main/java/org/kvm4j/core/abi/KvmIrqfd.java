package org.kvm4j.core.abi;

/** struct kvm_irqfd: an eventfd that raises a GSI. */
public final class KvmIrqfd {

  @C("sizeof(struct kvm_irqfd)")
  public static final int SIZEOF = 32;

  @C("offsetof(struct kvm_irqfd, fd)")
  public static final int FD = 0;

  @C("offsetof(struct kvm_irqfd, gsi)")
  public static final int GSI = 4;

  @C("offsetof(struct kvm_irqfd, flags)")
  public static final int FLAGS = 8;

  @C("offsetof(struct kvm_irqfd, resamplefd)")
  public static final int RESAMPLEFD = 12;

  @C("KVM_IRQFD_FLAG_DEASSIGN")
  public static final int KVM_IRQFD_FLAG_DEASSIGN = 1;

  @C("KVM_IRQFD_FLAG_RESAMPLE")
  public static final int KVM_IRQFD_FLAG_RESAMPLE = 2;

  private KvmIrqfd() {}
}
