package org.kvm4j.core.abi;

/** struct kvm_vcpu_events: exceptions, interrupts, NMI and SMI under way. */
public final class KvmVcpuEvents {

  @C("sizeof(struct kvm_vcpu_events)")
  public static final int SIZEOF = 64;

  @C("offsetof(struct kvm_vcpu_events, exception.injected)")
  public static final int EXCEPTION_INJECTED = 0;

  @C("offsetof(struct kvm_vcpu_events, exception.nr)")
  public static final int EXCEPTION_NR = 1;

  @C("offsetof(struct kvm_vcpu_events, exception.has_error_code)")
  public static final int EXCEPTION_HAS_ERROR_CODE = 2;

  @C("offsetof(struct kvm_vcpu_events, exception.pending)")
  public static final int EXCEPTION_PENDING = 3;

  @C("offsetof(struct kvm_vcpu_events, exception.error_code)")
  public static final int EXCEPTION_ERROR_CODE = 4;

  @C("offsetof(struct kvm_vcpu_events, interrupt.injected)")
  public static final int INTERRUPT_INJECTED = 8;

  @C("offsetof(struct kvm_vcpu_events, interrupt.nr)")
  public static final int INTERRUPT_NR = 9;

  @C("offsetof(struct kvm_vcpu_events, interrupt.soft)")
  public static final int INTERRUPT_SOFT = 10;

  @C("offsetof(struct kvm_vcpu_events, interrupt.shadow)")
  public static final int INTERRUPT_SHADOW = 11;

  @C("offsetof(struct kvm_vcpu_events, nmi.injected)")
  public static final int NMI_INJECTED = 12;

  @C("offsetof(struct kvm_vcpu_events, nmi.pending)")
  public static final int NMI_PENDING = 13;

  @C("offsetof(struct kvm_vcpu_events, nmi.masked)")
  public static final int NMI_MASKED = 14;

  @C("offsetof(struct kvm_vcpu_events, sipi_vector)")
  public static final int SIPI_VECTOR = 16;

  @C("offsetof(struct kvm_vcpu_events, flags)")
  public static final int FLAGS = 20;

  @C("offsetof(struct kvm_vcpu_events, smi.smm)")
  public static final int SMI_SMM = 24;

  @C("offsetof(struct kvm_vcpu_events, smi.pending)")
  public static final int SMI_PENDING = 25;

  @C("offsetof(struct kvm_vcpu_events, smi.smm_inside_nmi)")
  public static final int SMI_SMM_INSIDE_NMI = 26;

  @C("offsetof(struct kvm_vcpu_events, smi.latched_init)")
  public static final int SMI_LATCHED_INIT = 27;

  @C("offsetof(struct kvm_vcpu_events, triple_fault.pending)")
  public static final int TRIPLE_FAULT_PENDING = 28;

  @C("offsetof(struct kvm_vcpu_events, exception_has_payload)")
  public static final int EXCEPTION_HAS_PAYLOAD = 55;

  @C("offsetof(struct kvm_vcpu_events, exception_payload)")
  public static final int EXCEPTION_PAYLOAD = 56;

  @C("KVM_VCPUEVENT_VALID_NMI_PENDING")
  public static final int KVM_VCPUEVENT_VALID_NMI_PENDING = 1;

  @C("KVM_VCPUEVENT_VALID_SIPI_VECTOR")
  public static final int KVM_VCPUEVENT_VALID_SIPI_VECTOR = 2;

  @C("KVM_VCPUEVENT_VALID_SHADOW")
  public static final int KVM_VCPUEVENT_VALID_SHADOW = 4;

  @C("KVM_VCPUEVENT_VALID_SMM")
  public static final int KVM_VCPUEVENT_VALID_SMM = 8;

  @C("KVM_VCPUEVENT_VALID_PAYLOAD")
  public static final int KVM_VCPUEVENT_VALID_PAYLOAD = 16;

  @C("KVM_VCPUEVENT_VALID_TRIPLE_FAULT")
  public static final int KVM_VCPUEVENT_VALID_TRIPLE_FAULT = 32;

  private KvmVcpuEvents() {}
}
