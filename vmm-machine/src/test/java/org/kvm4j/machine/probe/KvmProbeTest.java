package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.KvmCapability;
import org.kvm4j.VcpuExit;

@Timeout(30)
final class KvmProbeTest {

  private final ScriptedKvm kvm = new ScriptedKvm();
  private final KvmProbe probe =
      new KvmProbe(kvm.hypervisor, Duration.ofSeconds(20), System::nanoTime);

  @Test
  void kvmWithoutIrqchip_isReportedWithoutBuildingAVm() {
    when(kvm.hypervisor.checkExtension(KvmCapability.IRQCHIP.number())).thenReturn(0);

    KvmReport report = probe.run();

    assertEquals(
        List.of(KvmCapability.IRQCHIP),
        report.missingCapabilities().stream().map(CapabilityResult::capability).toList());
    assertEquals(List.of(), report.instructions());
    assertFalse(report.canBootStockKernel());
    verify(kvm.hypervisor, never()).createVm();
  }

  @Test
  void kvmOnWhichNothingRuns_isReportedAfterOneProbe() {
    kvm.guest(ports -> new VcpuExit.Shutdown());

    KvmReport report = probe.run();

    assertEquals(Outcome.FAULTS, report.instructions().get(0).outcome());
    assertEquals(InstructionList.load().size(), report.instructions().size());
    assertEquals(Optional.empty(), report.speed());
    assertFalse(report.canBootStockKernel());
    verify(kvm.hypervisor, times(2)).createVm(); // the one that stays, and the probe's
  }
}
