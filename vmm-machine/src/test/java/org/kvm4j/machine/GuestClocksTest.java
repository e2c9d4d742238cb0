package org.kvm4j.machine;

import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Msr;
import org.kvm4j.Vcpu;
import org.kvm4j.clock.KvmClock;
import org.kvm4j.core.device.DeviceCatalog;
import org.mockito.InOrder;

/** The guest's own clocks over a pause, against a KVM of mocks. */
@Timeout(60)
final class GuestClocksTest {

  private final MockKvm kvm = new MockKvm();
  private final Machine machine =
      Machine.create(
          kvm.hypervisor,
          MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[1]))
              .withDevices(List.of()),
          DeviceCatalog.of(List.of()),
          (id, spec) -> {
            throw new AssertionError(id + " opened " + spec);
          });

  @BeforeEach
  void clocks() {
    when(kvm.clocks.kvmClock()).thenReturn(new KvmClock(5_000, Set.of(), 0, 0));
    for (Vcpu vcpu : kvm.vcpus) {
      when(vcpu.tsc().hasOffset()).thenReturn(true);
      when(vcpu.tsc().offset()).thenReturn(-70L);
      when(vcpu.msrs(List.of(MockKvm.MSR_IA32_TSC))).thenReturn(tsc(100)).thenReturn(tsc(130));
    }
  }

  private static List<Msr> tsc(long value) {
    return List.of(new Msr(MockKvm.MSR_IA32_TSC, value));
  }

  /** What one of them would have missed by itself may differ; the same for all keeps them equal. */
  @Test
  void afterAPause_everyTscIsSetBackByTheSame_thenKvmClock() throws Exception {
    try (machine) {
      machine.start();
      machine.pause();
      verify(kvm.clocks, never()).setKvmClock(anyLong());

      machine.resume();

      InOrder order = inOrder(kvm.vcpus.get(0).tsc(), kvm.vcpus.get(1).tsc(), kvm.clocks);
      verify(kvm.vcpus.get(0).tsc()).setOffset(-100);
      order.verify(kvm.vcpus.get(1).tsc()).setOffset(-100);
      order.verify(kvm.clocks).setKvmClock(5_000);
    }
  }

  @Test
  void aHostThatCannotMoveTheTsc_setsKvmClockBackAllTheSame() throws Exception {
    try (machine) {
      when(kvm.vcpus.get(0).tsc().hasOffset()).thenReturn(false);
      machine.start();
      machine.pause();
      machine.resume();

      verify(kvm.vcpus.get(0).tsc(), never()).setOffset(anyLong());
      verify(kvm.clocks).setKvmClock(5_000);
    }
  }

  @Test
  void aPauseBeforeTheStart_movesNoClock() throws Exception {
    try (machine) {
      machine.pause();
      machine.start();
      machine.resume();

      verify(kvm.clocks, never()).setKvmClock(anyLong());
    }
  }
}
