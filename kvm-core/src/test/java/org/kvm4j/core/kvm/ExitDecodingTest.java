package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.core.kvm.ScriptedExit.reason;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmRun;

/** Every exit reason that is a value, with its fields. KVM API, section 5. */
final class ExitDecodingTest {

  private static final int KVM_EXIT_HYPERCALL = 3;

  private final ScriptedMachine machine =
      new ScriptedMachine(new Buses(mock(PioBus.class), mock(MmioBus.class)));

  @AfterEach
  void everythingIsGivenBack() {
    machine.close();
  }

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
  @ValueSource(ints = {16, 17, Integer.MAX_VALUE})
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

  @ParameterizedTest
  @ValueSource(ints = {KvmRun.KVM_EXIT_UNKNOWN, KVM_EXIT_HYPERCALL, 1000, -1})
  void aReasonWithoutAType_isHandedOnWithItsNumber(int reason) {
    assertEquals(new VcpuExit.Unknown(reason), exit(reason, run -> {}));
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
