package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.reason;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.RunState;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.msr.MsrExitReason;

/** Every exit reason that is a value, with its fields. KVM API, section 5. */
final class ExitDecodingTest {

  private static final int KVM_EXIT_XEN = 34;
  private static final int KVM_EXIT_NMI = 16;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();

  @Test
  void hlt() {
    assertEquals(new VcpuExit.Halt(), exit(KvmRun.KVM_EXIT_HLT, run -> {}));
  }

  @Test
  void shutdown() {
    assertEquals(new VcpuExit.Shutdown(), exit(KvmRun.KVM_EXIT_SHUTDOWN, run -> {}));
  }

  @Test
  void intr() {
    assertEquals(new VcpuExit.Interrupted(), exit(KvmRun.KVM_EXIT_INTR, run -> {}));
  }

  @Test
  void irqWindowOpen() {
    assertEquals(
        new VcpuExit.InterruptWindowOpen(), exit(KvmRun.KVM_EXIT_IRQ_WINDOW_OPEN, run -> {}));
  }

  @Test
  void failEntry() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_FAIL_ENTRY,
            run ->
                run.putLong(KvmRun.FAIL_ENTRY_HARDWARE_ENTRY_FAILURE_REASON, 0x8000_0021L)
                    .putInt(KvmRun.FAIL_ENTRY_CPU, 5));

    assertEquals(new VcpuExit.FailEntry(0x8000_0021L, 5), exit);
  }

  @Test
  void internalError() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_INTERNAL_ERROR,
            run -> {
              run.putInt(KvmRun.INTERNAL_SUBERROR, 1).putInt(KvmRun.INTERNAL_NDATA, 2);
              words(run, KvmRun.INTERNAL_DATA, 0x11, -1, 0x33);
            });

    assertEquals(
        new VcpuExit.InternalError(VcpuExit.InternalError.EMULATION, List.of(0x11L, -1L)), exit);
  }

  @Test
  void systemEvent() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_SYSTEM_EVENT,
            run -> {
              run.putInt(KvmRun.SYSTEM_EVENT_TYPE, 2).putInt(KvmRun.SYSTEM_EVENT_NDATA, 1);
              words(run, KvmRun.SYSTEM_EVENT_DATA, 0x77);
            });

    assertEquals(new VcpuExit.SystemEvent(VcpuExit.SystemEvent.RESET, List.of(0x77L)), exit);
  }

  @Test
  void systemEventWithoutData() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_SYSTEM_EVENT,
            run -> run.putInt(KvmRun.SYSTEM_EVENT_TYPE, 1).putInt(KvmRun.SYSTEM_EVENT_NDATA, 0));

    assertEquals(new VcpuExit.SystemEvent(VcpuExit.SystemEvent.SHUTDOWN, List.of()), exit);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 17, Integer.MAX_VALUE, -1})
  void dataWords_areNeverMoreThanTheStructHolds(int ndata) {
    long[] sixteen = LongStream.rangeClosed(1, 16).toArray();
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_INTERNAL_ERROR,
            run -> {
              run.putInt(KvmRun.INTERNAL_SUBERROR, 3).putInt(KvmRun.INTERNAL_NDATA, ndata);
              words(run, KvmRun.INTERNAL_DATA, sixteen);
            });

    assertEquals(new VcpuExit.InternalError(3, LongStream.of(sixteen).boxed().toList()), exit);
  }

  @Test
  void debug() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_DEBUG,
            run -> {
              run.putInt(KvmRun.DEBUG_ARCH_EXCEPTION, 3);
              run.putLong(KvmRun.DEBUG_ARCH_PC, 0xffff_ffff_8100_0000L);
              run.putLong(KvmRun.DEBUG_ARCH_DR6, 0xffff_0ff1L);
              run.putLong(KvmRun.DEBUG_ARCH_DR7, 0x401L);
            });

    assertEquals(new VcpuExit.Debug(3, 0xffff_ffff_8100_0000L, 0xffff_0ff1L, 0x401L), exit);
  }

  @Test
  void ioapicEoi() {
    VcpuExit exit =
        exit(KvmRun.KVM_EXIT_IOAPIC_EOI, run -> run.put(KvmRun.EOI_VECTOR, (byte) 0xef));

    assertEquals(new VcpuExit.IoapicEoi(0xef), exit);
  }

  @Test
  void memoryFaultThatComesWithSuccess() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_MEMORY_FAULT,
            run -> {
              run.putLong(KvmRun.MEMORY_FAULT_FLAGS, 0);
              run.putLong(KvmRun.MEMORY_FAULT_GPA, 0xffff_f000L);
              run.putLong(KvmRun.MEMORY_FAULT_SIZE, 4096);
            });

    assertEquals(new VcpuExit.MemoryFault(0, 0xffff_f000L, 4096), exit);
  }

  @Test
  void hardwareUnknown() {
    assertEquals(
        new VcpuExit.HardwareUnknown(0xffff_ffff_0000_0403L),
        exit(
            KvmRun.KVM_EXIT_UNKNOWN,
            run -> run.putLong(KvmRun.HW_HARDWARE_EXIT_REASON, 0xffff_ffff_0000_0403L)));
  }

  @Test
  void guestException() {
    assertEquals(
        new VcpuExit.GuestException(14, 0x11),
        exit(
            KvmRun.KVM_EXIT_EXCEPTION,
            run -> run.putInt(KvmRun.EX_EXCEPTION, 14).putInt(KvmRun.EX_ERROR_CODE, 0x11)));
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true", "2, false"})
  void hypercall(int longMode, boolean expected) {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_HYPERCALL,
            run -> {
              run.putLong(KvmRun.HYPERCALL_NR, 12).putInt(KvmRun.HYPERCALL_LONGMODE, longMode);
              words(run, KvmRun.HYPERCALL_ARGS, 0x1000, 2, 3, -4, 5, 6, 7);
            });

    assertEquals(new VcpuExit.Hypercall(12, List.of(0x1000L, 2L, 3L, -4L, 5L, 6L), expected), exit);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void tprAccess(int isWrite, boolean write) {
    assertEquals(
        new VcpuExit.TprAccess(0xffff_ffff_8000_0123L, write),
        exit(
            KvmRun.KVM_EXIT_TPR_ACCESS,
            run ->
                run.putLong(KvmRun.TPR_ACCESS_RIP, 0xffff_ffff_8000_0123L)
                    .putInt(KvmRun.TPR_ACCESS_IS_WRITE, isWrite)));
  }

  @Test
  void setTpr() {
    assertEquals(
        new VcpuExit.SetTpr(0xb),
        exit(KvmRun.KVM_EXIT_SET_TPR, run -> run.putLong(KvmRun.CR8, 0xb)));
  }

  @ParameterizedTest
  @EnumSource(MsrExitReason.class)
  void msrRead(MsrExitReason reason) {
    assertEquals(
        new VcpuExit.MsrRead(0xc000_0080, reason),
        exit(
            KvmRun.KVM_EXIT_X86_RDMSR,
            run ->
                run.putInt(KvmRun.MSR_REASON, reason.number())
                    .putInt(KvmRun.MSR_INDEX, 0xc000_0080)));
  }

  @ParameterizedTest
  @EnumSource(MsrExitReason.class)
  void msrWrite(MsrExitReason reason) {
    assertEquals(
        new VcpuExit.MsrWrite(0x174, -2, reason),
        exit(
            KvmRun.KVM_EXIT_X86_WRMSR,
            run ->
                run.putInt(KvmRun.MSR_REASON, reason.number())
                    .putInt(KvmRun.MSR_INDEX, 0x174)
                    .putLong(KvmRun.MSR_DATA, -2)));
  }

  @Test
  void anMsrExitWithANewReason_isHandedOn() {
    VcpuExit exit =
        exit(
            KvmRun.KVM_EXIT_X86_RDMSR,
            run -> run.putInt(KvmRun.MSR_REASON, 8).putInt(KvmRun.MSR_INDEX, 0x174));

    VcpuExit.Unknown unknown = assertInstanceOf(VcpuExit.Unknown.class, exit);
    assertEquals(KvmRun.KVM_EXIT_X86_RDMSR, unknown.reason());
    assertEquals(0x174_0000_0008L, unknown.words().get(1));
  }

  @Test
  void apResetHold() {
    assertEquals(new VcpuExit.ApResetHold(), exit(KvmRun.KVM_EXIT_AP_RESET_HOLD, run -> {}));
  }

  @Test
  void busLock() {
    assertEquals(new VcpuExit.BusLock(), exit(KvmRun.KVM_EXIT_X86_BUS_LOCK, run -> {}));
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true", "2, false", "3, true"})
  void notify(int flags, boolean contextInvalid) {
    assertEquals(
        new VcpuExit.Notify(contextInvalid),
        exit(KvmRun.KVM_EXIT_NOTIFY, run -> run.putInt(KvmRun.NOTIFY_FLAGS, flags)));
  }

  @ParameterizedTest
  @ValueSource(ints = {KVM_EXIT_NMI, KVM_EXIT_XEN, 1000, -1})
  void aReasonWithoutAType_isHandedOnWithItsNumber_andTheWholeUnion(int reason) {
    long[] union = LongStream.rangeClosed(-5, 26).toArray();

    VcpuExit exit = exit(reason, run -> words(run, KvmRun.UNION, union));

    assertEquals(new VcpuExit.Unknown(reason, LongStream.of(union).boxed().toList()), exit);
  }

  @Test
  void runState() {
    exit(
        KvmRun.KVM_EXIT_HLT,
        run ->
            run.put(KvmRun.READY_FOR_INTERRUPT_INJECTION, (byte) 0)
                .put(KvmRun.IF_FLAG, (byte) 1)
                .putShort(KvmRun.FLAGS, (short) 0x8005)
                .putLong(KvmRun.CR8, 0xe)
                .putLong(KvmRun.APIC_BASE, 0xfee0_0900L));

    RunState state = machine.vcpu.runState();

    assertEquals(new RunState(0x8005, true, false, 0xe, 0xfee0_0900L), state);
    assertTrue(state.inSmm());
    assertFalse(state.tookBusLock());
    assertTrue(state.inGuestMode());
  }

  @Test
  void runState_ofAVcpuThatIsReadyForAnInterrupt() {
    exit(
        KvmRun.KVM_EXIT_IRQ_WINDOW_OPEN,
        run ->
            run.put(KvmRun.READY_FOR_INTERRUPT_INJECTION, (byte) 1)
                .putShort(KvmRun.FLAGS, (short) 2));

    RunState state = machine.vcpu.runState();

    assertEquals(new RunState(2, false, true, 0, 0), state);
    assertTrue(state.tookBusLock());
  }

  @Test
  void anInterruptWindow_isAskedForUntilTakenBack() {
    List<Byte> asked = new ArrayList<>();
    Consumer<ByteBuffer> look = run -> asked.add(run.get(KvmRun.REQUEST_INTERRUPT_WINDOW));

    exit(KvmRun.KVM_EXIT_HLT, look);
    machine.vcpu.requestInterruptWindow(true);
    exit(KvmRun.KVM_EXIT_HLT, look);
    exit(KvmRun.KVM_EXIT_HLT, look);
    machine.vcpu.requestInterruptWindow(false);
    exit(KvmRun.KVM_EXIT_HLT, look);

    assertEquals(List.of((byte) 0, (byte) 1, (byte) 1, (byte) 0), asked);
  }

  private VcpuExit exit(int reason, Consumer<ByteBuffer> fields) {
    machine.kernel.exits(reason(reason, fields));
    return machine.vcpu.run();
  }

  private static void words(ByteBuffer run, int at, long... values) {
    for (int i = 0; i < values.length; i++) {
      run.putLong(at + i * Long.BYTES, values[i]);
    }
  }
}
