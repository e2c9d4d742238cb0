package org.kvm4j.core.abi;

/** struct kvm_lapic_state: the registers of a local APIC, as in its page. */
public final class KvmLapicState {

  @C("sizeof(struct kvm_lapic_state)")
  public static final int SIZEOF = 1024;

  @C("offsetof(struct kvm_lapic_state, regs)")
  public static final int REGS = 0;

  private KvmLapicState() {}
}
