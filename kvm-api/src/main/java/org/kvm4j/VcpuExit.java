package org.kvm4j;

import java.util.List;
import java.util.stream.Collectors;
import org.kvm4j.msr.MsrExitReason;

/**
 * Why {@link Vcpu#run} returned: every {@code KVM_EXIT_*} that is not an access to a bus.
 *
 * <p>{@link MsrRead}, {@link MsrWrite} and {@link Hypercall} ask for an answer: {@link Vcpu#reply}.
 * KVM API, section 5, the kvm_run structure. Lists are immutable.
 */
public sealed interface VcpuExit {

  /** A kick, a signal, or immediate_exit: nothing happened in the guest. EINTR, KVM_EXIT_INTR. */
  record Interrupted() implements VcpuExit {
    /** The only value needed: the run loop must not allocate for it. */
    public static final Interrupted INSTANCE = new Interrupted();
  }

  /**
   * The processor left the guest for a reason that KVM does not know. KVM_EXIT_UNKNOWN.
   *
   * @param hardwareExitReason the vendor's code: VMX exit reason or SVM exit code
   */
  record HardwareUnknown(long hardwareExitReason) implements VcpuExit {}

  /**
   * An exception that KVM leaves to the caller. KVM_EXIT_EXCEPTION, which no KVM of today gives.
   *
   * @param vector 0 to 31
   * @param errorCode what the processor pushes for it
   */
  record GuestException(int vector, int errorCode) implements VcpuExit {}

  /** The guest executed {@code hlt} and there is no in-kernel irqchip to wait. KVM_EXIT_HLT. */
  record Halt() implements VcpuExit {}

  /** The guest shut itself down: a triple fault. KVM_EXIT_SHUTDOWN. */
  record Shutdown() implements VcpuExit {}

  /** Guest and controller are ready for an interrupt. KVM_EXIT_IRQ_WINDOW_OPEN. */
  record InterruptWindowOpen() implements VcpuExit {}

  /**
   * The processor refused to enter the guest. KVM_EXIT_FAIL_ENTRY.
   *
   * @param hardwareReason the vendor's code: VMX exit reason or VM-instruction error, or SVM exit
   *     code
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

    /** KVM_INTERNAL_ERROR_SIMUL_EX: exceptions at the same time. */
    public static final int SIMUL_EX = 2;

    /** KVM_INTERNAL_ERROR_DELIVERY_EV: the processor left the guest to deliver an event. */
    public static final int DELIVERY_EV = 3;

    /** KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON. */
    public static final int UNEXPECTED_EXIT_REASON = 4;

    private static final int INSTRUCTION_BYTES_FLAG = 1;
    private static final int WORDS_WITH_INSTRUCTION = 3;
    private static final int MOST_INSTRUCTION_BYTES = 15;

    /** Copies the data. */
    public InternalError {
      data = List.copyOf(data);
    }

    /**
     * The bytes from the failed instruction on, as KVM had fetched them; not only its own.
     *
     * @return at most 15; none if this is not {@link #EMULATION}, or KVM does not know
     */
    public byte[] instructionBytes() {
      if (suberror != EMULATION
          || data.size() < WORDS_WITH_INSTRUCTION
          || (data.get(0) & INSTRUCTION_BYTES_FLAG) == 0) {
        return new byte[0];
      }
      // One byte of length and 15 of code, little-endian in two words.
      int size = Math.min((int) (data.get(1) & 0xff), MOST_INSTRUCTION_BYTES);
      byte[] bytes = new byte[size];
      for (int i = 0; i < size; i++) {
        int at = i + 1;
        bytes[i] = (byte) (data.get(1 + at / Long.BYTES) >>> (at % Long.BYTES * Byte.SIZE));
      }
      return bytes;
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

  /** The vCPU's ring of written pages has no room left. KVM_EXIT_DIRTY_RING_FULL. */
  record DirtyRingFull() implements VcpuExit {}

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
   * The guest asked the hypervisor for something, and the caller wanted to hear of it.
   * KVM_EXIT_HYPERCALL; answer with {@link org.kvm4j.event.ExitReply#hypercallResult}.
   *
   * @param number {@code KVM_HC_*}: 12 is KVM_HC_MAP_GPA_RANGE
   * @param arguments six, of which each number has its own
   * @param longMode whether the guest was in 64-bit mode
   */
  record Hypercall(long number, List<Long> arguments, boolean longMode) implements VcpuExit {
    /** KVM_HC_MAP_GPA_RANGE. */
    public static final int MAP_GPA_RANGE = 12;

    /** Copies the arguments. */
    public Hypercall {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * The guest used the task priority register, and the caller asked to be told.
   * KVM_EXIT_TPR_ACCESS.
   *
   * @param pc the guest's RIP
   * @param write whether it wrote
   */
  record TprAccess(long pc, boolean write) implements VcpuExit {}

  /**
   * The guest lowered its task priority, and the local APIC is the caller's. KVM_EXIT_SET_TPR.
   *
   * @param cr8 the new priority, 0 to 15
   */
  record SetTpr(long cr8) implements VcpuExit {}

  /**
   * The guest reads an MSR that is {@linkplain org.kvm4j.msr.MsrAccess#forward forwarded}.
   * KVM_EXIT_X86_RDMSR; without an answer from {@link Vcpu#reply} it gets #GP.
   *
   * @param index the register, unsigned
   * @param reason why KVM does not do it
   */
  record MsrRead(int index, MsrExitReason reason) implements VcpuExit {}

  /**
   * The guest writes an MSR that is {@linkplain org.kvm4j.msr.MsrAccess#forward forwarded}.
   * KVM_EXIT_X86_WRMSR; without an answer from {@link Vcpu#reply} it gets #GP.
   *
   * @param index the register, unsigned
   * @param value all 64 bits
   * @param reason why KVM does not do it
   */
  record MsrWrite(int index, long value, MsrExitReason reason) implements VcpuExit {}

  /** The guest took a bus lock, which slows down the whole host. KVM_EXIT_X86_BUS_LOCK. */
  record BusLock() implements VcpuExit {}

  /**
   * The guest kept the processor from taking events for too long. KVM_EXIT_NOTIFY.
   *
   * @param contextInvalid whether the vCPU's state is lost, so that it cannot go on
   */
  record Notify(boolean contextInvalid) implements VcpuExit {}

  /** An encrypted guest's vCPU waits to be woken by another. KVM_EXIT_AP_RESET_HOLD. */
  record ApResetHold() implements VcpuExit {}

  /**
   * A reason that this version of kvm4j has no type for.
   *
   * @param reason {@code KVM_EXIT_*}
   * @param words the exit's union in struct kvm_run, {@value #WORDS} words of it
   */
  record Unknown(int reason, List<Long> words) implements VcpuExit {
    /** The length of the union. */
    public static final int WORDS = 32;

    /** Copies the words. */
    public Unknown {
      words = List.copyOf(words);
    }

    /** In hexadecimal, without the zeros at the end. */
    @Override
    public String toString() {
      int used = words.size();
      while (used > 0 && words.get(used - 1) == 0) {
        used--;
      }
      return words.stream()
          .limit(used)
          .map(word -> "0x" + Long.toHexString(word))
          .collect(Collectors.joining(", ", "Unknown[reason=" + reason + ", words=[", "]]"));
    }
  }
}
