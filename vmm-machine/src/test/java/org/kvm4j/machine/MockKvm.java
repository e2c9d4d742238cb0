package org.kvm4j.machine;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.kvm4j.Buses;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.MpState;
import org.kvm4j.Msr;
import org.kvm4j.Registers;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.clock.KvmClock;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.clock.VmClocks;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.KernelPit;
import org.kvm4j.irq.PitState;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.policy.VmPolicy;
import org.kvm4j.state.VcpuState;
import org.kvm4j.stats.StatisticDescriptor;
import org.kvm4j.stats.Statistics;
import org.kvm4j.testkit.FakeGuestMemory;

/** A KVM of mocks, whose vCPUs run until they are kicked. */
final class MockKvm {

  static final int MSR_IA32_TSC = 0x10;
  static final int RAM_BYTES = 2 << 20;

  final Hypervisor hypervisor = mock(Hypervisor.class);
  final Vm vm = mock(Vm.class);
  final VmClocks clocks = mock(VmClocks.class);
  final MemorySlots slots = mock(MemorySlots.class);
  final VmPolicy policy = mock(VmPolicy.class);

  /** Those that were created, by id. */
  final List<Vcpu> vcpus = new ArrayList<>();

  /** Where the accesses of the last vCPU go. */
  private Buses buses;

  MockKvm() {
    when(hypervisor.supportedCpuid())
        .thenReturn(new CpuidTable(List.of(new CpuidEntry(1, 0, 0, 0x600f12, 0, 0, 0))));
    when(hypervisor.createVm()).thenReturn(vm);
    when(vm.memory()).thenReturn(new FakeGuestMemory(RAM_BYTES));
    offer(1024, 4096);
    when(vm.policy()).thenReturn(policy);
    when(vm.interrupts()).thenReturn(mock(Interrupts.class));
    KernelPit pit = mock(KernelPit.class);
    when(pit.state()).thenReturn(mock(PitState.class));
    when(vm.kernelPit()).thenReturn(pit);
    when(vm.clocks()).thenReturn(clocks);
    when(clocks.kvmClock()).thenReturn(new KvmClock(0, Set.of(), 0, 0));
    when(vm.slots()).thenReturn(slots);
    when(vm.createVcpu(anyInt(), any()))
        .thenAnswer(call -> vcpu(call.getArgument(0), call.getArgument(1)));
  }

  /** Says what it has room for. */
  void offer(int vcpus, int idLimit) {
    when(vm.checkExtension(KvmCapability.MAX_VCPUS.number())).thenReturn(vcpus);
    when(vm.checkExtension(KvmCapability.MAX_VCPU_ID.number())).thenReturn(idLimit);
  }

  /** Creates one, as {@link Vm#createVcpu} does. */
  Vcpu vcpu(int id, Buses itsBuses) {
    Vcpu vcpu = mock(Vcpu.class);
    when(vcpu.id()).thenReturn(id);
    when(vcpu.tsc()).thenReturn(mock(VcpuTsc.class));
    when(vcpu.registers()).thenReturn(Registers.builder().build());
    when(vcpu.state()).thenReturn(mock(VcpuState.class));
    when(vcpu.msrs(List.of(MSR_IA32_TSC))).thenReturn(List.of(new Msr(MSR_IA32_TSC, 0)));
    when(vcpu.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET);
    when(vcpu.mpState()).thenReturn(MpState.RUNNABLE);
    Statistics counts = statistics("exits");
    when(vcpu.statistics()).thenReturn(counts);
    runUntilKicked(vcpu, () -> {});
    vcpus.add(vcpu);
    buses = itsBuses;
    return vcpu;
  }

  /** A file in which there is one counter, at 0. */
  static Statistics statistics(String name) {
    Statistics statistics = mock(Statistics.class);
    when(statistics.descriptors())
        .thenReturn(
            List.of(
                new StatisticDescriptor(
                    name,
                    StatisticDescriptor.Type.CUMULATIVE,
                    StatisticDescriptor.Unit.NONE,
                    StatisticDescriptor.Base.POW10,
                    0,
                    1,
                    0)));
    return statistics;
  }

  /**
   * Has each of them release a permit when a run begins.
   *
   * @param runs counts them
   */
  void countRuns(Semaphore runs) {
    for (Vcpu vcpu : vcpus) {
      runUntilKicked(vcpu, runs::release);
    }
  }

  private static void runUntilKicked(Vcpu vcpu, Runnable onRun) {
    Semaphore kicks = new Semaphore(0);
    doAnswer(
            call -> {
              onRun.run();
              kicks.acquire();
              return VcpuExit.Interrupted.INSTANCE;
            })
        .when(vcpu)
        .run();
    doAnswer(
            call -> {
              kicks.release();
              return null;
            })
        .when(vcpu)
        .kick();
  }

  Buses buses() {
    return buses;
  }
}
