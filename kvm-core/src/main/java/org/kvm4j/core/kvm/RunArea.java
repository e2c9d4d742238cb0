package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kvm4j.Buses;
import org.kvm4j.RunState;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.msr.MsrExitReason;

/**
 * What a vCPU shares with the kernel: struct kvm_run, the page of port data behind it, and how an
 * exit is read out of them.
 *
 * <p>The kernel wrote these bytes, not the guest; still an offset is checked by the buffer.
 */
final class RunArea {

  private static final int HYPERCALL_ARGUMENTS = 6;

  private final ByteBuffer run;
  private final ExitLog log = new ExitLog();

  RunArea(ByteBuffer run) {
    this.run = run;
  }

  /** Makes KVM_RUN finish what is pending and return EINTR without entering the guest. */
  void setImmediateExit(boolean value) {
    run.put(KvmRun.IMMEDIATE_EXIT, (byte) (value ? 1 : 0));
  }

  /** Makes KVM_RUN return as soon as the guest can take an interrupt. */
  void requestInterruptWindow(boolean value) {
    run.put(KvmRun.REQUEST_INTERRUPT_WINDOW, (byte) (value ? 1 : 0));
  }

  /** What stands beside the exit. */
  RunState state() {
    return new RunState(
        Short.toUnsignedInt(run.getShort(KvmRun.FLAGS)),
        run.get(KvmRun.IF_FLAG) != 0,
        run.get(KvmRun.READY_FOR_INTERRUPT_INJECTION) != 0,
        run.getLong(KvmRun.CR8),
        run.getLong(KvmRun.APIC_BASE));
  }

  /** The next KVM_RUN finishes an access to an MSR, or raises #GP for it. */
  void answerMsr(boolean done) {
    run.put(KvmRun.MSR_ERROR, (byte) (done ? 0 : 1));
  }

  /** The next KVM_RUN finishes a read of an MSR. */
  void answerMsrRead(long value) {
    run.putLong(KvmRun.MSR_DATA, value);
    answerMsr(true);
  }

  /** The next KVM_RUN finishes a hypercall. */
  void answerHypercall(long result) {
    run.putLong(KvmRun.HYPERCALL_RET, result);
  }

  /** A part of struct kvm_run; its user keeps it from being used after the vCPU is closed. */
  ByteBuffer part(int at, int sizeBytes) {
    return run.slice(at, sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What the vCPU did last. */
  ExitLog log() {
    return log;
  }

  int exitReason() {
    return run.getInt(KvmRun.EXIT_REASON);
  }

  /**
   * Serves KVM_EXIT_IO. String instructions come as {@code count} elements, or one by one: both are
   * {@code count} accesses of {@code size} bytes to the same port.
   */
  void servePio(Buses buses) {
    int port = Short.toUnsignedInt(run.getShort(KvmRun.IO_PORT));
    int size = run.get(KvmRun.IO_SIZE);
    int count = run.getInt(KvmRun.IO_COUNT);
    int at = (int) run.getLong(KvmRun.IO_DATA_OFFSET);
    boolean out = run.get(KvmRun.IO_DIRECTION) == KvmRun.KVM_EXIT_IO_OUT;
    long value = load(at, size);
    log.access(KvmRun.KVM_EXIT_IO, out, size, port, value, count);
    for (int i = 0; i < count; i++, at += size) {
      if (out) {
        value = load(at, size);
        buses.pio().write(port, size, (int) value);
      } else {
        value = Integer.toUnsignedLong(buses.pio().read(port, size));
        store(at, size, value);
      }
    }
    if (!out || count > 1) {
      log.value(value);
    }
  }

  /** Serves KVM_EXIT_MMIO: 1 to 8 bytes. */
  void serveMmio(Buses buses) {
    long address = run.getLong(KvmRun.MMIO_PHYS_ADDR);
    int size = run.getInt(KvmRun.MMIO_LEN);
    boolean write = run.get(KvmRun.MMIO_IS_WRITE) != 0;
    long value = load(KvmRun.MMIO_DATA, size);
    log.access(KvmRun.KVM_EXIT_MMIO, write, size, address, value, 1);
    if (write) {
      buses.mmio().write(address, size, value);
    } else {
      value = buses.mmio().read(address, size);
      store(KvmRun.MMIO_DATA, size, value);
      log.value(value);
    }
  }

  /** Every other exit as a value. One that asks for an answer gets the safe one for now. */
  VcpuExit decode() {
    int reason = exitReason();
    log.other(reason);
    return switch (reason) {
      case KvmRun.KVM_EXIT_UNKNOWN ->
          new VcpuExit.HardwareUnknown(run.getLong(KvmRun.HW_HARDWARE_EXIT_REASON));
      case KvmRun.KVM_EXIT_EXCEPTION ->
          new VcpuExit.GuestException(
              run.getInt(KvmRun.EX_EXCEPTION), run.getInt(KvmRun.EX_ERROR_CODE));
      case KvmRun.KVM_EXIT_HYPERCALL -> hypercall();
      case KvmRun.KVM_EXIT_HLT -> new VcpuExit.Halt();
      case KvmRun.KVM_EXIT_SHUTDOWN -> new VcpuExit.Shutdown();
      case KvmRun.KVM_EXIT_INTR -> VcpuExit.Interrupted.INSTANCE;
      case KvmRun.KVM_EXIT_IRQ_WINDOW_OPEN -> new VcpuExit.InterruptWindowOpen();
      case KvmRun.KVM_EXIT_FAIL_ENTRY ->
          new VcpuExit.FailEntry(
              run.getLong(KvmRun.FAIL_ENTRY_HARDWARE_ENTRY_FAILURE_REASON),
              run.getInt(KvmRun.FAIL_ENTRY_CPU));
      case KvmRun.KVM_EXIT_INTERNAL_ERROR ->
          new VcpuExit.InternalError(
              run.getInt(KvmRun.INTERNAL_SUBERROR),
              countedWords(KvmRun.INTERNAL_NDATA, KvmRun.INTERNAL_DATA));
      case KvmRun.KVM_EXIT_SYSTEM_EVENT ->
          new VcpuExit.SystemEvent(
              run.getInt(KvmRun.SYSTEM_EVENT_TYPE),
              countedWords(KvmRun.SYSTEM_EVENT_NDATA, KvmRun.SYSTEM_EVENT_DATA));
      case KvmRun.KVM_EXIT_DEBUG ->
          new VcpuExit.Debug(
              run.getInt(KvmRun.DEBUG_ARCH_EXCEPTION),
              run.getLong(KvmRun.DEBUG_ARCH_PC),
              run.getLong(KvmRun.DEBUG_ARCH_DR6),
              run.getLong(KvmRun.DEBUG_ARCH_DR7));
      case KvmRun.KVM_EXIT_IOAPIC_EOI ->
          new VcpuExit.IoapicEoi(Byte.toUnsignedInt(run.get(KvmRun.EOI_VECTOR)));
      case KvmRun.KVM_EXIT_MEMORY_FAULT ->
          new VcpuExit.MemoryFault(
              run.getLong(KvmRun.MEMORY_FAULT_FLAGS),
              run.getLong(KvmRun.MEMORY_FAULT_GPA),
              run.getLong(KvmRun.MEMORY_FAULT_SIZE));
      case KvmRun.KVM_EXIT_DIRTY_RING_FULL -> new VcpuExit.DirtyRingFull();
      case KvmRun.KVM_EXIT_SET_TPR -> new VcpuExit.SetTpr(run.getLong(KvmRun.CR8));
      case KvmRun.KVM_EXIT_TPR_ACCESS ->
          new VcpuExit.TprAccess(
              run.getLong(KvmRun.TPR_ACCESS_RIP), run.getInt(KvmRun.TPR_ACCESS_IS_WRITE) != 0);
      case KvmRun.KVM_EXIT_X86_RDMSR, KvmRun.KVM_EXIT_X86_WRMSR -> msr(reason);
      case KvmRun.KVM_EXIT_AP_RESET_HOLD -> new VcpuExit.ApResetHold();
      case KvmRun.KVM_EXIT_X86_BUS_LOCK -> new VcpuExit.BusLock();
      case KvmRun.KVM_EXIT_NOTIFY ->
          new VcpuExit.Notify(
              (run.getInt(KvmRun.NOTIFY_FLAGS) & KvmRun.KVM_NOTIFY_CONTEXT_INVALID) != 0);
      default -> unknown(reason);
    };
  }

  private VcpuExit hypercall() {
    VcpuExit exit =
        new VcpuExit.Hypercall(
            run.getLong(KvmRun.HYPERCALL_NR),
            words(KvmRun.HYPERCALL_ARGS, HYPERCALL_ARGUMENTS),
            (run.getInt(KvmRun.HYPERCALL_LONGMODE) & 1) != 0); // newer kernels: bit 0 of flags
    answerHypercall(-KvmRun.KVM_ENOSYS);
    return exit;
  }

  private VcpuExit msr(int exitReason) {
    Optional<MsrExitReason> reason = MsrExitReason.of(run.getInt(KvmRun.MSR_REASON));
    answerMsr(false);
    if (reason.isEmpty()) {
      return unknown(exitReason);
    }
    int index = run.getInt(KvmRun.MSR_INDEX);
    return exitReason == KvmRun.KVM_EXIT_X86_RDMSR
        ? new VcpuExit.MsrRead(index, reason.get())
        : new VcpuExit.MsrWrite(index, run.getLong(KvmRun.MSR_DATA), reason.get());
  }

  private VcpuExit unknown(int reason) {
    return new VcpuExit.Unknown(reason, words(KvmRun.UNION, KvmRun.UNION_WORDS));
  }

  /** Words that the kernel counts; never more than the struct holds. */
  private List<Long> countedWords(int countAt, int at) {
    long count = Integer.toUnsignedLong(run.getInt(countAt));
    return words(at, (int) Math.min(count, KvmRun.DATA_WORDS));
  }

  private List<Long> words(int at, int count) {
    List<Long> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(run.getLong(at + i * Long.BYTES));
    }
    return words;
  }

  private long load(int at, int size) {
    return switch (size) {
      case 1 -> Byte.toUnsignedLong(run.get(at));
      case 2 -> Short.toUnsignedLong(run.getShort(at));
      case 4 -> Integer.toUnsignedLong(run.getInt(at));
      case 8 -> run.getLong(at);
      default -> loadOdd(at, size);
    };
  }

  private void store(int at, int size, long value) {
    switch (size) {
      case 1 -> run.put(at, (byte) value);
      case 2 -> run.putShort(at, (short) value);
      case 4 -> run.putInt(at, (int) value);
      case 8 -> run.putLong(at, value);
      default -> storeOdd(at, size, value);
    }
  }

  /** The part of an access that straddles a page has 3, 5, 6 or 7 bytes. */
  private long loadOdd(int at, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= Byte.toUnsignedLong(run.get(at + i)) << (i * Byte.SIZE);
    }
    return value;
  }

  private void storeOdd(int at, int size, long value) {
    for (int i = 0; i < size; i++) {
      run.put(at + i, (byte) (value >>> (i * Byte.SIZE)));
    }
  }
}
