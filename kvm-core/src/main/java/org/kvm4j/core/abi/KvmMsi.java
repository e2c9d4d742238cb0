package org.kvm4j.core.abi;

/** struct kvm_msi: a message-signalled interrupt. */
public final class KvmMsi {

  @C("sizeof(struct kvm_msi)")
  public static final int SIZEOF = 32;

  @C("offsetof(struct kvm_msi, address_lo)")
  public static final int ADDRESS_LO = 0;

  @C("offsetof(struct kvm_msi, address_hi)")
  public static final int ADDRESS_HI = 4;

  @C("offsetof(struct kvm_msi, data)")
  public static final int DATA = 8;

  @C("offsetof(struct kvm_msi, flags)")
  public static final int FLAGS = 12;

  @C("offsetof(struct kvm_msi, devid)")
  public static final int DEVID = 16;

  private KvmMsi() {}
}
