package org.kvm4j;

import java.util.List;

/**
 * Why {@link Vcpu#run} returned: every {@code KVM_EXIT_*} that is not an access to a bus.
 *
 * <p>KVM API, section 5, the kvm_run structure. Lists are immutable.
 */
public sealed interface VcpuExit {

  /** A kick, a signal, or immediate_exit: nothing happened in the guest. EINTR, KVM_EXIT_INTR. */
  record Interrupted() implements VcpuExit {
    /** The only value needed: the run loop must not allocate for it. */
    public static final Interrupted INSTANCE = new Interrupted();
  }

  /** The guest executed {@code hlt} and there is no in-kernel irqchip to wait. KVM_EXIT_HLT. */
  record Halt() implements VcpuExit {}

  /** The guest shut itself down: a triple fault. KVM_EXIT_SHUTDOWN. */
  record Shutdown() implements VcpuExit {}

  /** Guest and controller are ready for an interrupt. KVM_EXIT_IRQ_WINDOW_OPEN. */
  record InterruptWindowOpen() implements VcpuExit {}

  /**
   * The processor refused to enter the guest. KVM_EXIT_FAIL_ENTRY.
   *
   * @param hardwareReason the vendor's code: VMX VM-instruction error or SVM exit code
   * @param cpu the host CPU it was tried on
   */
  record FailEntry(long hardwareReason, int cpu) implements VcpuExit {}

  /**
   * KVM itself could not go on. KVM_EXIT_INTERNAL_ERROR.
   *
   * @param suberror {@code KVM_INTERNAL_ERROR_*}: 1 is an instruction that KVM cannot emulate
   * @param data what KVM adds, by suberror
   */
  @SuppressWarnings("JavaLangClash") // the kernel's name for it
  record InternalError(int suberror, List<Long> data) implements VcpuExit {
    /** KVM_INTERNAL_ERROR_EMULATION. */
    public static final int EMULATION = 1;

    /** Copies the data. */
    public InternalError {
      data = List.copyOf(data);
    }
  }

  /**
   * The guest asked the hypervisor for something. KVM_EXIT_SYSTEM_EVENT.
   *
   * @param type {@code KVM_SYSTEM_EVENT_*}: 1 shut-down, 2 reset, 3 crash
   * @param data what KVM adds, by type
   */
  record SystemEvent(int type, List<Long> data) implements VcpuExit {
    /** KVM_SYSTEM_EVENT_SHUTDOWN. */
    public static final int SHUTDOWN = 1;

    /** KVM_SYSTEM_EVENT_RESET. */
    public static final int RESET = 2;

    /** KVM_SYSTEM_EVENT_CRASH. */
    public static final int CRASH = 3;

    /** Copies the data. */
    public SystemEvent {
      data = List.copyOf(data);
    }
  }

  /**
   * An access to memory that KVM cannot serve. KVM_EXIT_MEMORY_FAULT.
   *
   * @param flags {@code KVM_MEMORY_EXIT_FLAG_*}
   * @param address guest-physical
   * @param sizeBytes of the access
   */
  record MemoryFault(long flags, long address, long sizeBytes) implements VcpuExit {}

  /**
   * A single step or breakpoint that {@link Vcpu#debug} asked for. KVM_EXIT_DEBUG.
   *
   * @param exception the processor's vector: 1 is #DB, a step or hardware breakpoint; 3 is #BP
   * @param pc linear: of the next instruction, or of the {@code int3}
   * @param dr6 what the processor reports, for vector 1: {@link
   *     org.kvm4j.debug.DebugConfiguration#hit} tells the hardware breakpoint
   * @param dr7 which hardware breakpoints are enabled; KVM leaves it 0 or as it was where it
   *     emulates the instruction
   */
  record Debug(int exception, long pc, long dr6, long dr7) implements VcpuExit {
    /** The vector of #DB. */
    public static final int DB_VECTOR = 1;

    /** The vector of #BP. */
    public static final int BP_VECTOR = 3;

    private static final long DR6_BS = 1L << 14;

    /** Whether an instruction was stepped over; a watchpoint may have been hit by it, too. */
    public boolean isSingleStep() {
      return exception == DB_VECTOR && (dr6 & DR6_BS) != 0;
    }

    /** Whether the guest is at an {@code int3}. */
    public boolean isSoftwareBreakpoint() {
      return exception == BP_VECTOR;
    }
  }

  /** The guest ended a level-triggered interrupt of a split irqchip. KVM_EXIT_IOAPIC_EOI. */
  record IoapicEoi(int vector) implements VcpuExit {}

  /**
   * A reason that this version of kvm4j has no type for.
   *
   * @param reason {@code KVM_EXIT_*}
   */
  record Unknown(int reason) implements VcpuExit {}
}
