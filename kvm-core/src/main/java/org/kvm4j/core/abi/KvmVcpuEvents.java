package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuEvents.ExceptionEvent;
import org.kvm4j.state.VcpuEvents.InterruptEvent;
import org.kvm4j.state.VcpuEvents.NmiEvent;
import org.kvm4j.state.VcpuEvents.SmiEvent;

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

  public static VcpuEvents read(ByteBuffer b) {
    return new VcpuEvents(
        VcpuEvents.partsOf(b.getInt(FLAGS)),
        new ExceptionEvent(
            flag(b, EXCEPTION_INJECTED),
            flag(b, EXCEPTION_PENDING),
            Byte.toUnsignedInt(b.get(EXCEPTION_NR)),
            flag(b, EXCEPTION_HAS_ERROR_CODE)
                ? OptionalInt.of(b.getInt(EXCEPTION_ERROR_CODE))
                : OptionalInt.empty(),
            flag(b, EXCEPTION_HAS_PAYLOAD)
                ? OptionalLong.of(b.getLong(EXCEPTION_PAYLOAD))
                : OptionalLong.empty()),
        new InterruptEvent(
            flag(b, INTERRUPT_INJECTED),
            Byte.toUnsignedInt(b.get(INTERRUPT_NR)),
            flag(b, INTERRUPT_SOFT),
            Byte.toUnsignedInt(b.get(INTERRUPT_SHADOW))),
        new NmiEvent(flag(b, NMI_INJECTED), flag(b, NMI_PENDING), flag(b, NMI_MASKED)),
        Byte.toUnsignedInt(b.get(SIPI_VECTOR)),
        new SmiEvent(
            flag(b, SMI_SMM),
            flag(b, SMI_PENDING),
            flag(b, SMI_SMM_INSIDE_NMI),
            flag(b, SMI_LATCHED_INIT)),
        flag(b, TRIPLE_FAULT_PENDING));
  }

  public static void write(ByteBuffer b, VcpuEvents events) {
    b.putInt(FLAGS, events.flags());
    ExceptionEvent exception = events.exception();
    put(b, EXCEPTION_INJECTED, exception.injected());
    put(b, EXCEPTION_PENDING, exception.pending());
    b.put(EXCEPTION_NR, (byte) exception.vector());
    put(b, EXCEPTION_HAS_ERROR_CODE, exception.errorCode().isPresent());
    b.putInt(EXCEPTION_ERROR_CODE, exception.errorCode().orElse(0));
    put(b, EXCEPTION_HAS_PAYLOAD, exception.payload().isPresent());
    b.putLong(EXCEPTION_PAYLOAD, exception.payload().orElse(0));
    InterruptEvent interrupt = events.interrupt();
    put(b, INTERRUPT_INJECTED, interrupt.injected());
    b.put(INTERRUPT_NR, (byte) interrupt.vector());
    put(b, INTERRUPT_SOFT, interrupt.soft());
    b.put(INTERRUPT_SHADOW, (byte) interrupt.shadow());
    put(b, NMI_INJECTED, events.nmi().injected());
    put(b, NMI_PENDING, events.nmi().pending());
    put(b, NMI_MASKED, events.nmi().masked());
    b.putInt(SIPI_VECTOR, events.sipiVector());
    put(b, SMI_SMM, events.smi().inSmm());
    put(b, SMI_PENDING, events.smi().pending());
    put(b, SMI_SMM_INSIDE_NMI, events.smi().insideNmi());
    put(b, SMI_LATCHED_INIT, events.smi().latchedInit());
    put(b, TRIPLE_FAULT_PENDING, events.tripleFaultPending());
  }

  private static boolean flag(ByteBuffer b, int at) {
    return b.get(at) != 0;
  }

  private static void put(ByteBuffer b, int at, boolean value) {
    b.put(at, (byte) (value ? 1 : 0));
  }
}
