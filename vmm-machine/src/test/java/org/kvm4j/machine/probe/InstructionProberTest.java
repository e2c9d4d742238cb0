package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.KvmException;
import org.kvm4j.VcpuExit;
import org.kvm4j.machine.probe.InstructionProbe.Line;

@Timeout(30)
final class InstructionProberTest {

  private static final Duration PLENTY = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final InstructionProbe NOP = probe("nop", Optional.empty());

  private final ScriptedKvm kvm = new ScriptedKvm();
  private final Watchdog watchdog = new Watchdog(PLENTY);
  private final Watchdog impatientWatchdog = new Watchdog(SHORT);
  private final InstructionProber prober =
      new InstructionProber(kvm.hypervisor, ScriptedKvm.NO_FEATURES, PLENTY, watchdog);
  private final InstructionProber impatient =
      new InstructionProber(kvm.hypervisor, ScriptedKvm.NO_FEATURES, SHORT, impatientWatchdog);

  @AfterEach
  void closeWatchdogs() {
    watchdog.close();
    impatientWatchdog.close();
  }

  @Test
  void markPort_meansThatTheInstructionWorks() {
    kvm.guestWrites(ProbeImage.MARK_PORT, 0);

    assertEquals(new InstructionResult("nop", Outcome.WORKS, ""), prober.probe(NOP));
    verify(kvm.vcpu).kick();
    verify(kvm.vm).close();
  }

  @Test
  void internalErrorOfEmulation_meansThatKvmCannotInterpretIt() {
    kvm.guest(ports -> new VcpuExit.InternalError(1, List.of()));

    assertEquals(
        new InstructionResult("nop", Outcome.NOT_INTERPRETED, "KVM cannot interpret it"),
        prober.probe(NOP));
  }

  @Test
  void otherInternalError_isARefusalThatNamesTheExit() {
    kvm.guest(ports -> new VcpuExit.InternalError(2, List.of(7L)));

    assertEquals(
        new InstructionResult(
            "nop", Outcome.REFUSED, "KVM stops with InternalError[suberror=2, data=[7]]"),
        prober.probe(NOP));
  }

  @Test
  void shutdown_isAFault() {
    kvm.guest(ports -> new VcpuExit.Shutdown());

    assertEquals(
        new InstructionResult("nop", Outcome.FAULTS, "ends in a triple fault"), prober.probe(NOP));
  }

  @Test
  void reportedException_isAFaultThatNamesTheException() {
    kvm.guestWrites(ProbeImage.FAULT_PORT, 6);

    assertEquals(new InstructionResult("nop", Outcome.FAULTS, "raises #UD"), prober.probe(NOP));
  }

  @Test
  void exceptionThatDoesNotCome_isAFault() {
    kvm.guestWrites(ProbeImage.FAULT_PORT, ProbeImage.END_REACHED);

    assertEquals(
        new InstructionResult("nop", Outcome.FAULTS, "the exception does not come"),
        prober.probe(NOP));
  }

  @Test
  void guestThatNeverComesBack_isKickedAndHangs() {
    kvm.guestHangs();

    assertEquals(
        new InstructionResult("nop", Outcome.HANGS, "no end within 20 ms"), impatient.probe(NOP));
    verify(kvm.vcpu).kick();
    verify(kvm.vm).close();
  }

  @Test
  void guestThatIsInterruptedByTheWay_runsOn() {
    AtomicInteger runs = new AtomicInteger();
    kvm.guest(
        ports -> {
          if (runs.incrementAndGet() == 3) {
            ports.write(ProbeImage.MARK_PORT, 1, 0);
          }
          return VcpuExit.Interrupted.INSTANCE;
        });

    assertEquals(Outcome.WORKS, prober.probe(NOP).outcome());
    assertEquals(3, runs.get());
  }

  @Test
  void interruptPort_raisesTheTimersLine() {
    kvm.guest(
        ports -> {
          ports.write(0xf6, 1, 0);
          ports.write(ProbeImage.MARK_PORT, 1, 0);
          return VcpuExit.Interrupted.INSTANCE;
        });

    assertEquals(Outcome.WORKS, prober.probe(NOP).outcome());
    verify(kvm.vm).setIrqLine(0, true);
  }

  @Test
  void refusalToRun_isAResultAndClosesTheVm() {
    kvm.guest(
        ports -> {
          throw new KvmException("KVM_RUN on vCPU 0: EINVAL (22).");
        });

    assertEquals(
        new InstructionResult("nop", Outcome.REFUSED, "KVM_RUN on vCPU 0: EINVAL (22)."),
        prober.probe(NOP));
    verify(kvm.vm).close();
  }

  @Test
  void refusalToBuild_closesTheVm() {
    doThrow(new KvmException("no vCPU")).when(kvm.vm).createVcpu(anyInt(), any());

    assertEquals(new InstructionResult("nop", Outcome.REFUSED, "no vCPU"), prober.probe(NOP));
    verify(kvm.vm).close();
  }

  @Test
  void instructionOfAMissingCpuFeature_isNotTried() {
    InstructionProbe clac = probe("clac", Optional.of(CpuFeature.SMAP));

    assertEquals(new InstructionResult("clac", Outcome.NOT_OFFERED, "SMAP"), prober.probe(clac));
    verify(kvm.hypervisor, never()).createVm();
  }

  @Test
  void probeAll_stopsWhenTheSimplestFails() {
    kvm.guest(ports -> new VcpuExit.Shutdown());

    assertEquals(
        List.of(Outcome.FAULTS, Outcome.NOT_TRIED, Outcome.NOT_TRIED),
        outcomes(prober.probeAll(List.of(NOP, NOP, NOP))));
    verify(kvm.hypervisor).createVm();
  }

  @Test
  void probeAll_givesUpAfterThreeHangs() {
    AtomicInteger guests = new AtomicInteger();
    when(kvm.hypervisor.createVm())
        .thenAnswer(
            call -> {
              if (guests.getAndIncrement() == 0) {
                kvm.guestWrites(ProbeImage.MARK_PORT, 0);
              } else {
                kvm.guestHangs();
              }
              return kvm.vm;
            });

    List<InstructionResult> results = impatient.probeAll(Collections.nCopies(6, NOP));

    assertEquals(
        List.of(
            Outcome.WORKS,
            Outcome.HANGS,
            Outcome.HANGS,
            Outcome.HANGS,
            Outcome.NOT_TRIED,
            Outcome.NOT_TRIED),
        outcomes(results));
    verify(kvm.hypervisor, times(4)).createVm();
  }

  @Test
  void probeAll_throwsWhenKvmBuildsNoVmAtAll() {
    when(kvm.hypervisor.createVm()).thenThrow(new KvmException("KVM_CREATE_VM: EBUSY (16)."));

    KvmException e = assertThrows(KvmException.class, () -> prober.probeAll(List.of(NOP)));
    assertEquals("KVM_CREATE_VM: EBUSY (16).", e.getMessage());
  }

  private static List<Outcome> outcomes(List<InstructionResult> results) {
    return results.stream().map(InstructionResult::outcome).toList();
  }

  private static InstructionProbe probe(String name, Optional<CpuFeature> feature) {
    return new InstructionProbe(name, feature, Optional.empty(), List.of(new Line("90", "nop")));
  }
}
