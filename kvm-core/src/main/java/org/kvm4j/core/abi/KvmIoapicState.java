package org.kvm4j.core.abi;

/** struct kvm_ioapic_state: the IOAPIC, at an offset within struct kvm_irqchip. */
public final class KvmIoapicState {

  @C("sizeof(struct kvm_ioapic_state)")
  public static final int SIZEOF = 216;

  @C("offsetof(struct kvm_ioapic_state, base_address)")
  public static final int BASE_ADDRESS = 0;

  @C("offsetof(struct kvm_ioapic_state, ioregsel)")
  public static final int IOREGSEL = 8;

  @C("offsetof(struct kvm_ioapic_state, id)")
  public static final int ID = 12;

  @C("offsetof(struct kvm_ioapic_state, irr)")
  public static final int IRR = 16;

  @C("offsetof(struct kvm_ioapic_state, redirtbl)")
  public static final int REDIRTBL = 24;

  @C("KVM_IOAPIC_NUM_PINS")
  public static final int KVM_IOAPIC_NUM_PINS = 24;

  private KvmIoapicState() {}
}
