package org.kvm4j.state;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Exceptions, interrupts, NMI and SMI under way. struct kvm_vcpu_events.
 *
 * <p>Some parts count only if {@link #valid} names them; the {@code with} methods see to that. Take
 * what KVM reports and change it, or begin with {@link #NONE}. Immutable. KVM API, section 4,
 * KVM_GET_VCPU_EVENTS.
 *
 * @param valid the parts that count; KVM never reports {@link Part#SIPI_VECTOR}
 * @param exception always counts, but for its payload
 * @param interrupt always counts, but for its shadow
 * @param nmi always counts, but for its pending flag
 * @param sipiVector of the start-up IPI that was received, 0 to 255
 * @param smi system management
 * @param tripleFaultPending whether the guest is about to shut down
 */
public record VcpuEvents(
    Set<Part> valid,
    ExceptionEvent exception,
    InterruptEvent interrupt,
    NmiEvent nmi,
    int sipiVector,
    SmiEvent smi,
    boolean tripleFaultPending) {

  /** Nothing under way, and of the optional parts none counts. */
  public static final VcpuEvents NONE =
      new VcpuEvents(
          Set.of(),
          new ExceptionEvent(false, false, 0, OptionalInt.empty(), OptionalLong.empty()),
          new InterruptEvent(false, 0, false, 0),
          new NmiEvent(false, false, false),
          0,
          new SmiEvent(false, false, false, false),
          false);

  private static final int LAST_EXCEPTION = 31;
  private static final int NMI_VECTOR = 2;
  private static final int LAST_BYTE = 255;

  /** A part that counts only if it is named. {@code KVM_VCPUEVENT_VALID_*}. */
  public enum Part {
    /** KVM_VCPUEVENT_VALID_NMI_PENDING: {@link NmiEvent#pending}. */
    NMI_PENDING(1),
    /** KVM_VCPUEVENT_VALID_SIPI_VECTOR: {@link VcpuEvents#sipiVector}. */
    SIPI_VECTOR(2),
    /** KVM_VCPUEVENT_VALID_SHADOW: {@link InterruptEvent#shadow}. */
    SHADOW(4),
    /** KVM_VCPUEVENT_VALID_SMM: {@link VcpuEvents#smi}. */
    SMM(8),
    /**
     * KVM_VCPUEVENT_VALID_PAYLOAD: {@link ExceptionEvent#payload} and {@link
     * ExceptionEvent#pending}. Needs KVM_CAP_EXCEPTION_PAYLOAD, enabled on the VM with argument 1.
     */
    PAYLOAD(16),
    /**
     * KVM_VCPUEVENT_VALID_TRIPLE_FAULT: {@link VcpuEvents#tripleFaultPending}. Needs
     * KVM_CAP_X86_TRIPLE_FAULT_EVENT, enabled on the VM with argument 1.
     */
    TRIPLE_FAULT(32);

    private final int bit;

    Part(int bit) {
      this.bit = bit;
    }

    /** The kernel's bit for it. */
    public int bit() {
      return bit;
    }
  }

  /**
   * An exception.
   *
   * @param injected it is being delivered: the guest's handler comes next
   * @param pending it was raised and is not being delivered yet; without {@link Part#PAYLOAD} KVM
   *     reports it as injected
   * @param vector 0 to 31, but not 2, if injected or pending
   * @param errorCode what its handler finds on the stack, if it has one
   * @param payload CR2 of a page fault or DR6 of a debug exception, not yet in those registers
   */
  public record ExceptionEvent(
      boolean injected, boolean pending, int vector, OptionalInt errorCode, OptionalLong payload) {

    /** Checks the vector. */
    public ExceptionEvent {
      Objects.requireNonNull(errorCode, "errorCode");
      Objects.requireNonNull(payload, "payload");
      requireByte(vector, "exception vector");
      if ((injected || pending) && (vector > LAST_EXCEPTION || vector == NMI_VECTOR)) {
        throw new IllegalArgumentException(
            "vector %d is no exception: give 0 to 31, and use the NMI event instead of 2"
                .formatted(vector));
      }
    }
  }

  /**
   * An interrupt.
   *
   * @param injected it is being delivered
   * @param vector 0 to 255
   * @param soft it came from an {@code int} instruction
   * @param shadow {@code KVM_X86_SHADOW_INT_*}: 1 after {@code mov ss}, 2 after {@code sti}
   */
  public record InterruptEvent(boolean injected, int vector, boolean soft, int shadow) {

    /** Checks the ranges. */
    public InterruptEvent {
      requireByte(vector, "interrupt vector");
      requireByte(shadow, "interrupt shadow");
    }
  }

  /**
   * A non-maskable interrupt.
   *
   * @param injected it is being delivered
   * @param pending it waits
   * @param masked the guest is in its handler
   */
  public record NmiEvent(boolean injected, boolean pending, boolean masked) {}

  /**
   * System management.
   *
   * @param inSmm the vCPU is in system management mode
   * @param pending an SMI waits
   * @param insideNmi NMIs were masked when SMM was entered
   * @param latchedInit an INIT waits for the end of SMM
   */
  public record SmiEvent(boolean inSmm, boolean pending, boolean insideNmi, boolean latchedInit) {}

  /** Copies the set and checks the vector. */
  public VcpuEvents {
    valid = Set.copyOf(valid);
    Objects.requireNonNull(exception, "exception");
    Objects.requireNonNull(interrupt, "interrupt");
    Objects.requireNonNull(nmi, "nmi");
    Objects.requireNonNull(smi, "smi");
    requireByte(sipiVector, "start-up vector");
  }

  /** The same with another exception; a payload or a pending one counts. */
  public VcpuEvents withException(ExceptionEvent value) {
    boolean needsPayload = value.pending() || value.payload().isPresent();
    return new VcpuEvents(
        needsPayload ? also(Part.PAYLOAD) : valid,
        value,
        interrupt,
        nmi,
        sipiVector,
        smi,
        tripleFaultPending);
  }

  /** The same with another interrupt, whose shadow counts. */
  public VcpuEvents withInterrupt(InterruptEvent value) {
    return new VcpuEvents(
        also(Part.SHADOW), exception, value, nmi, sipiVector, smi, tripleFaultPending);
  }

  /** The same with another NMI, whose pending flag counts. */
  public VcpuEvents withNmi(NmiEvent value) {
    return new VcpuEvents(
        also(Part.NMI_PENDING), exception, interrupt, value, sipiVector, smi, tripleFaultPending);
  }

  /** The same with a start-up vector that counts. */
  public VcpuEvents withSipiVector(int value) {
    return new VcpuEvents(
        also(Part.SIPI_VECTOR), exception, interrupt, nmi, value, smi, tripleFaultPending);
  }

  /** The same with another state of system management, which counts. */
  public VcpuEvents withSmi(SmiEvent value) {
    return new VcpuEvents(
        also(Part.SMM), exception, interrupt, nmi, sipiVector, value, tripleFaultPending);
  }

  /** The same with or without a triple fault, which counts. */
  public VcpuEvents withTripleFaultPending(boolean value) {
    return new VcpuEvents(
        also(Part.TRIPLE_FAULT), exception, interrupt, nmi, sipiVector, smi, value);
  }

  /** The parts whose bits are set; bits of later kernels are left out. */
  public static Set<Part> partsOf(int flags) {
    return Arrays.stream(Part.values())
        .filter(part -> (flags & part.bit) != 0)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The bits of the parts that count. */
  public int flags() {
    return valid.stream().mapToInt(Part::bit).sum();
  }

  private Set<Part> also(Part part) {
    Set<Part> more = EnumSet.of(part);
    more.addAll(valid);
    return more;
  }

  private static void requireByte(int value, String name) {
    if (value < 0 || value > LAST_BYTE) {
      throw new IllegalArgumentException(
          "%s is %d: give 0 to %d".formatted(name, value, LAST_BYTE));
    }
  }
}
