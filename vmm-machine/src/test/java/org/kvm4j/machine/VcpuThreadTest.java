package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.KvmException;
import org.kvm4j.MpState;
import org.kvm4j.Registers;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.VcpuFailureException;
import org.kvm4j.Vm;
import org.kvm4j.device.VmEvent;
import org.kvm4j.msr.MsrExitReason;
import org.kvm4j.testkit.FakeGuestMemory;

@Timeout(60)
final class VcpuThreadTest {

  private final Vcpu vcpu = mock(Vcpu.class);
  private final EndLatch end = new EndLatch(() -> {});
  private VcpuThread thread;

  @BeforeEach
  void vcpuWithRegisters() {
    when(vcpu.id()).thenReturn(1);
    when(vcpu.registers()).thenReturn(Registers.builder().rip(0xabc).build());
    when(vcpu.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET);
    when(vcpu.mpState()).thenReturn(MpState.RUNNABLE);
    thread =
        new VcpuThread(
            vcpu,
            new FakeGuestMemory(0x1000),
            new KernelIrqchip(mock(Vm.class)),
            end,
            new PauseGate(),
            this::requested);
  }

  private void requested(VmEvent event, String cause) {
    end.report(MachineEnd.of(MachineEnd.Kind.valueOf(event.name()), cause));
  }

  private MachineEnd endAfter(VcpuExit exit) throws InterruptedException {
    when(vcpu.run()).thenReturn(exit);
    thread.run();
    return end.await();
  }

  @Test
  void shutdown_isTripleFault_withTheRegisters() throws InterruptedException {
    MachineEnd result = endAfter(new VcpuExit.Shutdown());

    assertEquals(MachineEnd.Kind.TRIPLE_FAULT, result.kind());
    assertTrue(result.cause().startsWith("vCPU 1 stopped with KVM_EXIT_SHUTDOWN"), result::cause);
    assertTrue(result.cause().contains("rip 0000000000000abc"), result::cause);
    assertTrue(result.failure().isEmpty());
  }

  @Test
  void halt_isHalted() throws InterruptedException {
    assertEquals(
        MachineEnd.of(MachineEnd.Kind.HALTED, "KVM_EXIT_HLT on vCPU 1"),
        endAfter(new VcpuExit.Halt()));
  }

  @ParameterizedTest
  @CsvSource({"1, POWER_OFF", "2, RESET", "3, GUEST_PANIC"})
  void systemEvent_isWhatTheGuestAskedFor(int type, MachineEnd.Kind kind)
      throws InterruptedException {
    assertEquals(
        MachineEnd.of(kind, "KVM_EXIT_SYSTEM_EVENT " + type),
        endAfter(new VcpuExit.SystemEvent(type, List.of())));
  }

  @Test
  void unknownSystemEvent_isFailed() throws InterruptedException {
    MachineEnd result = endAfter(new VcpuExit.SystemEvent(77, List.of()));

    assertEquals(MachineEnd.Kind.FAILED, result.kind());
    assertEquals("unknown KVM_EXIT_SYSTEM_EVENT 77", result.cause());
  }

  static Stream<VcpuExit> exitsThatNobodyCanHandle() {
    return Stream.of(
        new VcpuExit.InternalError(VcpuExit.InternalError.EMULATION, List.of(0x15L)),
        new VcpuExit.FailEntry(0x8000_0021L, 2),
        new VcpuExit.MemoryFault(0, 0x1234, 0x1000),
        new VcpuExit.InterruptWindowOpen(),
        new VcpuExit.Debug(1, 0, 0, 0),
        new VcpuExit.IoapicEoi(0x30),
        new VcpuExit.HardwareUnknown(0x80),
        new VcpuExit.GuestException(14, 2),
        new VcpuExit.Hypercall(12, List.of(0x1000L, 1L, 0L, 0L, 0L, 0L), true),
        new VcpuExit.TprAccess(0xabc, true),
        new VcpuExit.SetTpr(8),
        new VcpuExit.MsrRead(0x174, MsrExitReason.FILTER),
        new VcpuExit.MsrWrite(0x174, 8, MsrExitReason.UNKNOWN),
        new VcpuExit.BusLock(),
        new VcpuExit.Notify(false),
        new VcpuExit.ApResetHold(),
        new VcpuExit.DirtyRingFull(),
        new VcpuExit.Unknown(99, List.of(0x77L)));
  }

  @Test
  void everyKindOfExit_isTestedHere() {
    Set<Class<?>> handled =
        Set.of(
            VcpuExit.Interrupted.class,
            VcpuExit.Halt.class,
            VcpuExit.Shutdown.class,
            VcpuExit.SystemEvent.class);
    Set<Class<?>> kinds = new HashSet<>(Set.of(VcpuExit.class.getPermittedSubclasses()));
    kinds.removeAll(handled);

    assertEquals(
        kinds, exitsThatNobodyCanHandle().map(Object::getClass).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("exitsThatNobodyCanHandle")
  void otherExit_isFailed_withTheExitAndTheRegisters(VcpuExit exit) throws InterruptedException {
    MachineEnd result = endAfter(exit);

    assertEquals(MachineEnd.Kind.FAILED, result.kind());
    assertTrue(result.cause().contains(exit.toString()), result::cause);
    assertTrue(result.cause().contains("rip 0000000000000abc"), result::cause);
    VcpuFailureException failure =
        assertInstanceOf(VcpuFailureException.class, result.failure().orElseThrow());
    assertSame(exit, failure.exit());
  }

  @Test
  void kvmException_isFailedWithIt() throws InterruptedException {
    KvmException failure = new KvmException("KVM_RUN on vCPU 1: EIO (5). Ask the kernel.");
    when(vcpu.run()).thenThrow(failure);

    thread.run();

    assertEquals(MachineEnd.failed(failure), end.await());
  }

  @Test
  void anythingElseThrown_isFailedAsABug() throws InterruptedException {
    IllegalStateException bug = new IllegalStateException("odd");
    when(vcpu.run()).thenThrow(bug);

    thread.run();

    MachineEnd result = end.await();
    assertEquals(MachineEnd.Kind.FAILED, result.kind());
    assertEquals(
        "vCPU 1: java.lang.IllegalStateException: odd. This is a bug in kvm4j.", result.cause());
    assertSame(bug, result.failure().orElseThrow().getCause());
  }

  @Test
  void registersThatCannotBeRead_areFailedToo() throws InterruptedException {
    KvmException failure = new KvmException("KVM_GET_REGS: EIO (5). Ask the kernel.");
    when(vcpu.registers()).thenThrow(failure);

    assertEquals(MachineEnd.failed(failure), endAfter(new VcpuExit.Shutdown()));
  }

  @Test
  void kicks_goRoundUntilThereIsAnEnd() throws InterruptedException {
    when(vcpu.run())
        .thenReturn(VcpuExit.Interrupted.INSTANCE)
        .thenReturn(VcpuExit.Interrupted.INSTANCE)
        .thenReturn(new VcpuExit.Halt());

    thread.run();

    verify(vcpu, times(3)).run();
    assertEquals(MachineEnd.Kind.HALTED, end.await().kind());
  }

  @Test
  void vcpu_isNotRun_whenTheMachineHasEndedAlready() {
    end.report(MachineEnd.of(MachineEnd.Kind.STOPPED, "before"));

    thread.run();

    verify(vcpu, never()).run();
  }

  @Test
  void endReportedElsewhere_endsTheLoopAfterAKick() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch kicked = new CountDownLatch(1);
    when(vcpu.run())
        .thenAnswer(
            call -> {
              running.countDown();
              kicked.await();
              return VcpuExit.Interrupted.INSTANCE;
            });
    thread.start();
    running.await();

    end.report(MachineEnd.of(MachineEnd.Kind.STOPPED, "elsewhere"));
    thread.kick();
    verify(vcpu).kick();
    kicked.countDown();
    thread.join(0);

    verify(vcpu).run();
  }

  @Test
  void question_isAnsweredOnce_onTheVcpusThread_whenItIsNextOutOfTheGuest() throws Exception {
    List<Thread> answered = new CopyOnWriteArrayList<>();
    when(vcpu.run())
        .thenAnswer(
            call -> {
              thread.ask(asked -> fail("it was asked something else since"));
              thread.ask(asked -> answered.add(Thread.currentThread()));
              assertEquals(List.of(), answered);
              return VcpuExit.Interrupted.INSTANCE;
            })
        .thenReturn(VcpuExit.Interrupted.INSTANCE)
        .thenReturn(new VcpuExit.Halt());

    thread.start();
    thread.join(0);

    assertEquals(List.of(thread.thread()), answered);
    verify(vcpu, times(2)).kick();
    assertEquals(MachineEnd.Kind.HALTED, end.await().kind());
  }

  @Test
  void vcpu_runsOnAThreadOfItsOwn() throws InterruptedException {
    Thread[] ran = new Thread[1];
    when(vcpu.run())
        .thenAnswer(
            call -> {
              ran[0] = Thread.currentThread();
              return new VcpuExit.Halt();
            });

    thread.start();
    thread.join(0);

    assertEquals("kvm4j-vcpu-1", ran[0].getName());
  }
}
