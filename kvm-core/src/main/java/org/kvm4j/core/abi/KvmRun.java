package org.kvm4j.core.abi;

/** struct kvm_run: the first page of the area that a vCPU shares with the kernel. */
public final class KvmRun {

  @C("sizeof(struct kvm_run)")
  public static final int SIZEOF = 2352;

  @C("offsetof(struct kvm_run, immediate_exit)")
  public static final int IMMEDIATE_EXIT = 1;

  @C("offsetof(struct kvm_run, exit_reason)")
  public static final int EXIT_REASON = 8;

  @C("offsetof(struct kvm_run, hw.hardware_exit_reason)")
  public static final int HW_HARDWARE_EXIT_REASON = 32;

  @C("offsetof(struct kvm_run, ex.exception)")
  public static final int EX_EXCEPTION = 32;

  @C("offsetof(struct kvm_run, ex.error_code)")
  public static final int EX_ERROR_CODE = 36;

  /** Where the union of all exits is. */
  @C("offsetof(struct kvm_run, padding)")
  public static final int UNION = 32;

  @C("offsetof(struct kvm_run, fail_entry.hardware_entry_failure_reason)")
  public static final int FAIL_ENTRY_HARDWARE_ENTRY_FAILURE_REASON = 32;

  @C("offsetof(struct kvm_run, fail_entry.cpu)")
  public static final int FAIL_ENTRY_CPU = 40;

  @C("offsetof(struct kvm_run, io.direction)")
  public static final int IO_DIRECTION = 32;

  @C("offsetof(struct kvm_run, io.size)")
  public static final int IO_SIZE = 33;

  @C("offsetof(struct kvm_run, io.port)")
  public static final int IO_PORT = 34;

  @C("offsetof(struct kvm_run, io.count)")
  public static final int IO_COUNT = 36;

  @C("offsetof(struct kvm_run, io.data_offset)")
  public static final int IO_DATA_OFFSET = 40;

  @C("offsetof(struct kvm_run, debug.arch.exception)")
  public static final int DEBUG_ARCH_EXCEPTION = 32;

  @C("offsetof(struct kvm_run, debug.arch.pc)")
  public static final int DEBUG_ARCH_PC = 40;

  @C("offsetof(struct kvm_run, debug.arch.dr6)")
  public static final int DEBUG_ARCH_DR6 = 48;

  @C("offsetof(struct kvm_run, debug.arch.dr7)")
  public static final int DEBUG_ARCH_DR7 = 56;

  @C("offsetof(struct kvm_run, mmio.phys_addr)")
  public static final int MMIO_PHYS_ADDR = 32;

  @C("offsetof(struct kvm_run, mmio.data)")
  public static final int MMIO_DATA = 40;

  @C("offsetof(struct kvm_run, mmio.len)")
  public static final int MMIO_LEN = 48;

  @C("offsetof(struct kvm_run, mmio.is_write)")
  public static final int MMIO_IS_WRITE = 52;

  @C("offsetof(struct kvm_run, internal.suberror)")
  public static final int INTERNAL_SUBERROR = 32;

  @C("offsetof(struct kvm_run, internal.ndata)")
  public static final int INTERNAL_NDATA = 36;

  @C("offsetof(struct kvm_run, internal.data)")
  public static final int INTERNAL_DATA = 40;

  @C("offsetof(struct kvm_run, system_event.type)")
  public static final int SYSTEM_EVENT_TYPE = 32;

  @C("offsetof(struct kvm_run, system_event.ndata)")
  public static final int SYSTEM_EVENT_NDATA = 36;

  @C("offsetof(struct kvm_run, system_event.data)")
  public static final int SYSTEM_EVENT_DATA = 40;

  @C("offsetof(struct kvm_run, eoi.vector)")
  public static final int EOI_VECTOR = 32;

  @C("offsetof(struct kvm_run, request_interrupt_window)")
  public static final int REQUEST_INTERRUPT_WINDOW = 0;

  @C("offsetof(struct kvm_run, ready_for_interrupt_injection)")
  public static final int READY_FOR_INTERRUPT_INJECTION = 12;

  @C("offsetof(struct kvm_run, if_flag)")
  public static final int IF_FLAG = 13;

  @C("offsetof(struct kvm_run, flags)")
  public static final int FLAGS = 14;

  @C("offsetof(struct kvm_run, cr8)")
  public static final int CR8 = 16;

  @C("offsetof(struct kvm_run, apic_base)")
  public static final int APIC_BASE = 24;

  @C("offsetof(struct kvm_run, hypercall.nr)")
  public static final int HYPERCALL_NR = 32;

  @C("offsetof(struct kvm_run, hypercall.args)")
  public static final int HYPERCALL_ARGS = 40;

  @C("offsetof(struct kvm_run, hypercall.ret)")
  public static final int HYPERCALL_RET = 88;

  @C("offsetof(struct kvm_run, hypercall.longmode)")
  public static final int HYPERCALL_LONGMODE = 96;

  @C("offsetof(struct kvm_run, tpr_access.rip)")
  public static final int TPR_ACCESS_RIP = 32;

  @C("offsetof(struct kvm_run, tpr_access.is_write)")
  public static final int TPR_ACCESS_IS_WRITE = 40;

  @C("offsetof(struct kvm_run, emulation_failure.flags)")
  public static final int EMULATION_FAILURE_FLAGS = 40;

  @C("offsetof(struct kvm_run, emulation_failure.insn_size)")
  public static final int EMULATION_FAILURE_INSN_SIZE = 48;

  @C("offsetof(struct kvm_run, emulation_failure.insn_bytes)")
  public static final int EMULATION_FAILURE_INSN_BYTES = 49;

  @C("offsetof(struct kvm_run, msr.error)")
  public static final int MSR_ERROR = 32;

  @C("offsetof(struct kvm_run, msr.reason)")
  public static final int MSR_REASON = 40;

  @C("offsetof(struct kvm_run, msr.index)")
  public static final int MSR_INDEX = 44;

  @C("offsetof(struct kvm_run, msr.data)")
  public static final int MSR_DATA = 48;

  @C("offsetof(struct kvm_run, notify.flags)")
  public static final int NOTIFY_FLAGS = 32;

  @C(value = "offsetof(struct kvm_run, memory_fault.flags)", since = "6.8")
  public static final int MEMORY_FAULT_FLAGS = 32;

  @C(value = "offsetof(struct kvm_run, memory_fault.gpa)", since = "6.8")
  public static final int MEMORY_FAULT_GPA = 40;

  @C(value = "offsetof(struct kvm_run, memory_fault.size)", since = "6.8")
  public static final int MEMORY_FAULT_SIZE = 48;

  @C("offsetof(struct kvm_run, kvm_valid_regs)")
  public static final int KVM_VALID_REGS = 288;

  @C("offsetof(struct kvm_run, kvm_dirty_regs)")
  public static final int KVM_DIRTY_REGS = 296;

  @C("offsetof(struct kvm_run, s.regs)")
  public static final int SYNC_REGS = 304;

  @C("KVM_EXIT_UNKNOWN")
  public static final int KVM_EXIT_UNKNOWN = 0;

  @C("KVM_EXIT_IO")
  public static final int KVM_EXIT_IO = 2;

  @C("KVM_EXIT_DEBUG")
  public static final int KVM_EXIT_DEBUG = 4;

  @C("KVM_EXIT_HLT")
  public static final int KVM_EXIT_HLT = 5;

  @C("KVM_EXIT_MMIO")
  public static final int KVM_EXIT_MMIO = 6;

  @C("KVM_EXIT_IRQ_WINDOW_OPEN")
  public static final int KVM_EXIT_IRQ_WINDOW_OPEN = 7;

  @C("KVM_EXIT_SHUTDOWN")
  public static final int KVM_EXIT_SHUTDOWN = 8;

  @C("KVM_EXIT_FAIL_ENTRY")
  public static final int KVM_EXIT_FAIL_ENTRY = 9;

  @C("KVM_EXIT_INTR")
  public static final int KVM_EXIT_INTR = 10;

  @C("KVM_EXIT_INTERNAL_ERROR")
  public static final int KVM_EXIT_INTERNAL_ERROR = 17;

  @C("KVM_EXIT_SYSTEM_EVENT")
  public static final int KVM_EXIT_SYSTEM_EVENT = 24;

  @C("KVM_EXIT_IOAPIC_EOI")
  public static final int KVM_EXIT_IOAPIC_EOI = 26;

  @C("KVM_EXIT_IO_OUT")
  public static final int KVM_EXIT_IO_OUT = 1;

  @C("KVM_EXIT_EXCEPTION")
  public static final int KVM_EXIT_EXCEPTION = 1;

  @C("KVM_EXIT_HYPERCALL")
  public static final int KVM_EXIT_HYPERCALL = 3;

  @C("KVM_EXIT_SET_TPR")
  public static final int KVM_EXIT_SET_TPR = 11;

  @C("KVM_EXIT_TPR_ACCESS")
  public static final int KVM_EXIT_TPR_ACCESS = 12;

  @C("KVM_EXIT_NMI")
  public static final int KVM_EXIT_NMI = 16;

  @C("KVM_EXIT_X86_RDMSR")
  public static final int KVM_EXIT_X86_RDMSR = 29;

  @C("KVM_EXIT_X86_WRMSR")
  public static final int KVM_EXIT_X86_WRMSR = 30;

  @C("KVM_EXIT_DIRTY_RING_FULL")
  public static final int KVM_EXIT_DIRTY_RING_FULL = 31;

  @C("KVM_EXIT_AP_RESET_HOLD")
  public static final int KVM_EXIT_AP_RESET_HOLD = 32;

  @C("KVM_EXIT_X86_BUS_LOCK")
  public static final int KVM_EXIT_X86_BUS_LOCK = 33;

  @C("KVM_EXIT_NOTIFY")
  public static final int KVM_EXIT_NOTIFY = 37;

  @C(value = "KVM_EXIT_MEMORY_FAULT", since = "6.8")
  public static final int KVM_EXIT_MEMORY_FAULT = 39;

  @C("KVM_RUN_X86_SMM")
  public static final int KVM_RUN_X86_SMM = 1;

  @C("KVM_RUN_X86_BUS_LOCK")
  public static final int KVM_RUN_X86_BUS_LOCK = 2;

  @C("KVM_MSR_EXIT_REASON_INVAL")
  public static final int KVM_MSR_EXIT_REASON_INVAL = 1;

  @C("KVM_MSR_EXIT_REASON_UNKNOWN")
  public static final int KVM_MSR_EXIT_REASON_UNKNOWN = 2;

  @C("KVM_MSR_EXIT_REASON_FILTER")
  public static final int KVM_MSR_EXIT_REASON_FILTER = 4;

  @C("KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES")
  public static final int KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES = 1;

  @C("KVM_NOTIFY_CONTEXT_INVALID")
  public static final int KVM_NOTIFY_CONTEXT_INVALID = 1;

  @C("KVM_PIO_PAGE_OFFSET")
  public static final int KVM_PIO_PAGE_OFFSET = 1;

  /** The length of {@code internal.data} and {@code system_event.data}. */
  @C("sizeof(((struct kvm_run *) 0)->internal.data) / 8")
  public static final int DATA_WORDS = 16;

  /** The length of the union of all exits. */
  @C("sizeof(((struct kvm_run *) 0)->padding) / 8")
  public static final int UNION_WORDS = 32;

  @C("KVM_ENOSYS")
  public static final int KVM_ENOSYS = 1000;

  private KvmRun() {}
}
