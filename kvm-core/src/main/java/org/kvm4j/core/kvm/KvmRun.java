package org.kvm4j.core.kvm;

/** struct kvm_run: the first page of the area that a vCPU shares with the kernel. */
final class KvmRun {

  @C("sizeof(struct kvm_run)")
  static final int SIZEOF = 2352;

  @C("offsetof(struct kvm_run, immediate_exit)")
  static final int IMMEDIATE_EXIT = 1;

  @C("offsetof(struct kvm_run, exit_reason)")
  static final int EXIT_REASON = 8;

  @C("offsetof(struct kvm_run, hw.hardware_exit_reason)")
  static final int HW_HARDWARE_EXIT_REASON = 32;

  @C("offsetof(struct kvm_run, fail_entry.hardware_entry_failure_reason)")
  static final int FAIL_ENTRY_HARDWARE_ENTRY_FAILURE_REASON = 32;

  @C("offsetof(struct kvm_run, fail_entry.cpu)")
  static final int FAIL_ENTRY_CPU = 40;

  @C("offsetof(struct kvm_run, io.direction)")
  static final int IO_DIRECTION = 32;

  @C("offsetof(struct kvm_run, io.size)")
  static final int IO_SIZE = 33;

  @C("offsetof(struct kvm_run, io.port)")
  static final int IO_PORT = 34;

  @C("offsetof(struct kvm_run, io.count)")
  static final int IO_COUNT = 36;

  @C("offsetof(struct kvm_run, io.data_offset)")
  static final int IO_DATA_OFFSET = 40;

  @C("offsetof(struct kvm_run, debug.arch.exception)")
  static final int DEBUG_ARCH_EXCEPTION = 32;

  @C("offsetof(struct kvm_run, debug.arch.pc)")
  static final int DEBUG_ARCH_PC = 40;

  @C("offsetof(struct kvm_run, debug.arch.dr6)")
  static final int DEBUG_ARCH_DR6 = 48;

  @C("offsetof(struct kvm_run, debug.arch.dr7)")
  static final int DEBUG_ARCH_DR7 = 56;

  @C("offsetof(struct kvm_run, mmio.phys_addr)")
  static final int MMIO_PHYS_ADDR = 32;

  @C("offsetof(struct kvm_run, mmio.data)")
  static final int MMIO_DATA = 40;

  @C("offsetof(struct kvm_run, mmio.len)")
  static final int MMIO_LEN = 48;

  @C("offsetof(struct kvm_run, mmio.is_write)")
  static final int MMIO_IS_WRITE = 52;

  @C("offsetof(struct kvm_run, internal.suberror)")
  static final int INTERNAL_SUBERROR = 32;

  @C("offsetof(struct kvm_run, internal.ndata)")
  static final int INTERNAL_NDATA = 36;

  @C("offsetof(struct kvm_run, internal.data)")
  static final int INTERNAL_DATA = 40;

  @C("offsetof(struct kvm_run, system_event.type)")
  static final int SYSTEM_EVENT_TYPE = 32;

  @C("offsetof(struct kvm_run, system_event.ndata)")
  static final int SYSTEM_EVENT_NDATA = 36;

  @C("offsetof(struct kvm_run, system_event.data)")
  static final int SYSTEM_EVENT_DATA = 40;

  @C("offsetof(struct kvm_run, eoi.vector)")
  static final int EOI_VECTOR = 32;

  private KvmRun() {}

  @C("KVM_EXIT_UNKNOWN")
  static final int KVM_EXIT_UNKNOWN = 0;

  @C("KVM_EXIT_IO")
  static final int KVM_EXIT_IO = 2;

  @C("KVM_EXIT_DEBUG")
  static final int KVM_EXIT_DEBUG = 4;

  @C("KVM_EXIT_HLT")
  static final int KVM_EXIT_HLT = 5;

  @C("KVM_EXIT_MMIO")
  static final int KVM_EXIT_MMIO = 6;

  @C("KVM_EXIT_IRQ_WINDOW_OPEN")
  static final int KVM_EXIT_IRQ_WINDOW_OPEN = 7;

  @C("KVM_EXIT_SHUTDOWN")
  static final int KVM_EXIT_SHUTDOWN = 8;

  @C("KVM_EXIT_FAIL_ENTRY")
  static final int KVM_EXIT_FAIL_ENTRY = 9;

  @C("KVM_EXIT_INTR")
  static final int KVM_EXIT_INTR = 10;

  @C("KVM_EXIT_INTERNAL_ERROR")
  static final int KVM_EXIT_INTERNAL_ERROR = 17;

  @C("KVM_EXIT_SYSTEM_EVENT")
  static final int KVM_EXIT_SYSTEM_EVENT = 24;

  @C("KVM_EXIT_IOAPIC_EOI")
  static final int KVM_EXIT_IOAPIC_EOI = 26;

  /** Newer than the headers of Debian 12, hence without its C expression. */
  static final int KVM_EXIT_MEMORY_FAULT = 39;

  /** {@code memory_fault.flags}, {@code .gpa} and {@code .size} of newer headers. */
  static final int MEMORY_FAULT_FLAGS = 32;

  static final int MEMORY_FAULT_GPA = 40;
  static final int MEMORY_FAULT_SIZE = 48;

  @C("KVM_EXIT_IO_OUT")
  static final int KVM_EXIT_IO_OUT = 1;

  /** The length of {@code internal.data} and {@code system_event.data}. */
  @C("sizeof(((struct kvm_run *) 0)->internal.data) / 8")
  static final int DATA_WORDS = 16;
}
