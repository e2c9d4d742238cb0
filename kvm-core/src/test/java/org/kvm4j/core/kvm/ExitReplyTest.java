package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.error;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.pioOut;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.Buses;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.kvm.ScriptedExit.Answered;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.event.ExitReply;
import org.kvm4j.msr.MsrExitReason;

/** Answers on their way into struct kvm_run, and what the guest gets without one. */
final class ExitReplyTest {

  private static final long GP = -1;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final ExitReply reply = machine.vcpu.reply();

  @Test
  void aValue_isWhatTheReadGives() {
    Answered read = msr(KvmRun.KVM_EXIT_X86_RDMSR, 0x99);
    runTo(read);

    reply.msrValue(0x1122_3344_5566_7788L);

    assertEquals(List.of(0x1122_3344_5566_7788L), answerTo(read));
  }

  @Test
  void anAcceptedWrite_isDone_withTheValueLeftAlone() {
    Answered write = msr(KvmRun.KVM_EXIT_X86_WRMSR, 0x99);
    runTo(write);

    reply.msrAccepted();

    assertEquals(List.of(0x99L), answerTo(write));
  }

  @ParameterizedTest
  @MethodSource("msrExits")
  void aFault_isGp(int exitReason) {
    Answered access = msr(exitReason, 0x99);
    runTo(access);

    reply.msrFault();

    assertEquals(List.of(GP), answerTo(access));
  }

  @ParameterizedTest
  @MethodSource("msrExits")
  void anAccessThatNobodyAnswers_isGp(int exitReason) {
    Answered access = msr(exitReason, 0x99);
    runTo(access);

    assertEquals(List.of(GP), answerTo(access));
  }

  @Test
  void theLastAnswer_counts() {
    Answered read = msr(KvmRun.KVM_EXIT_X86_RDMSR, 0);
    runTo(read);
    reply.msrFault();
    reply.msrValue(1);
    reply.msrValue(2);

    assertEquals(List.of(2L), answerTo(read));
  }

  @Test
  void anAnswer_isCompletedByAKickedRun_withoutGoingOn() {
    Answered read = msr(KvmRun.KVM_EXIT_X86_RDMSR, 0);
    runTo(read);
    kernel.exits(hlt());
    reply.msrValue(5);
    machine.vcpu.kick();

    assertEquals(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());

    assertEquals(List.of(5L), read.answers());
    assertEquals(1, kernel.exitsLeft());
  }

  @Test
  void aHypercallsResult_reachesTheGuest() {
    Answered call = hypercall();
    runTo(call);

    reply.hypercallResult(0x1234_5678_9abc_def0L);

    assertEquals(List.of(0x1234_5678_9abc_def0L), answerTo(call));
  }

  @Test
  void aHypercallThatNobodyAnswers_isNotImplemented() {
    Answered call = hypercall();
    runTo(call);

    assertEquals(List.of(-1000L), answerTo(call));
  }

  @ParameterizedTest
  @MethodSource("answersThatNobodyAskedFor")
  void anAnswerThatNobodyAskedFor_isRefused_andSaysHowTheRunEnded(
      ScriptedExit exit, Consumer<ExitReply> answer, String message) {
    kernel.exits(exit);
    machine.vcpu.run();

    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> answer.accept(reply));

    assertEquals(message, refused.getMessage());
  }

  static Stream<Arguments> answersThatNobodyAskedFor() {
    Function<String, String> message =
        s -> "vCPU 0 did not ask for " + s + ". Answer right after the run that asks.";
    return Stream.of(
        Arguments.of(
            hlt(),
            (Consumer<ExitReply>) r -> r.msrValue(1),
            message.apply("an MSR value: its last run ended with Halt[]")),
        Arguments.of(
            msr(KvmRun.KVM_EXIT_X86_WRMSR, 7),
            (Consumer<ExitReply>) r -> r.msrValue(1),
            message.apply(
                "an MSR value: its last run ended with MsrWrite[index=372, value=7, reason=INVAL]")),
        Arguments.of(
            msr(KvmRun.KVM_EXIT_X86_RDMSR, 7),
            (Consumer<ExitReply>) ExitReply::msrAccepted,
            message.apply(
                "an accepted MSR write: its last run ended with MsrRead[index=372, reason=INVAL]")),
        Arguments.of(
            error(Errno.EINTR),
            (Consumer<ExitReply>) ExitReply::msrFault,
            message.apply("an MSR fault: its last run ended with Interrupted[]")),
        Arguments.of(
            hlt(),
            (Consumer<ExitReply>) r -> r.hypercallResult(1),
            message.apply("a hypercall's result: its last run ended with Halt[]")));
  }

  @Test
  void anAnswerAfterTheNextRun_comesTooLate_evenIfThatRunFailed() {
    runTo(msr(KvmRun.KVM_EXIT_X86_RDMSR, 0));
    kernel.exits(error(Errno.EFAULT));
    assertThrows(RuntimeException.class, machine.vcpu::run);

    assertThrows(IllegalStateException.class, () -> reply.msrValue(1));
  }

  @Test
  void anAnswerBeforeTheFirstRun_isRefused() {
    assertThrows(IllegalStateException.class, () -> reply.hypercallResult(1));
  }

  @Test
  void afterClose_nothingTouchesTheUnmappedRunArea() {
    runTo(msr(KvmRun.KVM_EXIT_X86_RDMSR, 0));
    machine.vcpu.close();

    for (Runnable access :
        List.<Runnable>of(
            () -> reply.msrValue(1),
            reply::msrFault,
            machine.vcpu::runState,
            () -> machine.vcpu.requestInterruptWindow(true))) {
      assertEquals(
          "vCPU 0 is closed", assertThrows(IllegalStateException.class, access::run).getMessage());
    }
  }

  @Test
  void aDeviceThatAnswersDuringTheRun_isRefused() {
    List<Throwable> thrown = new ArrayList<>();
    PioBus pio = mock(PioBus.class);
    ScriptedKernel other = new ScriptedKernel();
    try (ScriptedMachine inDevice =
        new ScriptedMachine(other, new Buses(pio, mock(MmioBus.class)))) {
      org.mockito.Mockito.doAnswer(
              call ->
                  thrown.add(
                      assertThrows(
                          IllegalStateException.class, () -> inDevice.vcpu.reply().msrFault())))
          .when(pio)
          .write(0x80, 1, 0);
      other.exits(msr(KvmRun.KVM_EXIT_X86_RDMSR, 0), pioOut(0x80, 1, 0), hlt());
      inDevice.vcpu.run();

      inDevice.vcpu.run();
    }
    assertEquals(1, thrown.size());
    assertTrue(thrown.get(0).getMessage().contains("Interrupted"));
  }

  static Stream<Integer> msrExits() {
    return Stream.of(KvmRun.KVM_EXIT_X86_RDMSR, KvmRun.KVM_EXIT_X86_WRMSR);
  }

  private void runTo(ScriptedExit exit) {
    kernel.exits(exit);
    machine.vcpu.run();
  }

  private List<Long> answerTo(Answered exit) {
    kernel.exits(hlt());
    machine.vcpu.run();
    return exit.answers();
  }

  /** As the kernel does it: no error until user space says so. The answer is the value, or -1. */
  private static Answered msr(int exitReason, long value) {
    return new Answered() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        run.putInt(KvmRun.EXIT_REASON, exitReason)
            .put(KvmRun.MSR_ERROR, (byte) 0)
            .putInt(KvmRun.MSR_REASON, MsrExitReason.INVAL.number())
            .putInt(KvmRun.MSR_INDEX, 0x174)
            .putLong(KvmRun.MSR_DATA, value);
        return 0;
      }

      @Override
      void finish(ByteBuffer run) {
        answers.add(run.get(KvmRun.MSR_ERROR) != 0 ? GP : run.getLong(KvmRun.MSR_DATA));
      }
    };
  }

  private static Answered hypercall() {
    return new Answered() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        run.putInt(KvmRun.EXIT_REASON, KvmRun.KVM_EXIT_HYPERCALL).putLong(KvmRun.HYPERCALL_RET, 0);
        return 0;
      }

      @Override
      void finish(ByteBuffer run) {
        answers.add(run.getLong(KvmRun.HYPERCALL_RET));
      }
    };
  }
}
