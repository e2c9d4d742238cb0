package org.kvm4j.machine;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.kvm4j.Buses;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.testkit.FakeGuestMemory;

/** A KVM of mocks, whose vCPUs run until they are kicked. */
final class MockKvm {

  static final int RAM_BYTES = 2 << 20;

  final Hypervisor hypervisor = mock(Hypervisor.class);
  final Vm vm = mock(Vm.class);
  final MemorySlots slots = mock(MemorySlots.class);

  /** Those that were created, by id. */
  final List<Vcpu> vcpus = new ArrayList<>();

  /** Where the accesses of the last vCPU go. */
  private Buses buses;

  MockKvm() {
    when(hypervisor.supportedCpuid())
        .thenReturn(new CpuidTable(List.of(new CpuidEntry(1, 0, 0, 0x600f12, 0, 0, 0))));
    when(hypervisor.createVm()).thenReturn(vm);
    when(vm.memory()).thenReturn(new FakeGuestMemory(RAM_BYTES));
    when(vm.slots()).thenReturn(slots);
    when(vm.createVcpu(anyInt(), any()))
        .thenAnswer(call -> vcpu(call.getArgument(0), call.getArgument(1)));
  }

  /** Creates one, as {@link Vm#createVcpu} does. */
  Vcpu vcpu(int id, Buses itsBuses) {
    Vcpu vcpu = mock(Vcpu.class);
    Semaphore kicks = new Semaphore(0);
    when(vcpu.id()).thenReturn(id);
    when(vcpu.tsc()).thenReturn(mock(VcpuTsc.class));
    when(vcpu.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET);
    when(vcpu.run())
        .thenAnswer(
            call -> {
              kicks.acquire();
              return VcpuExit.Interrupted.INSTANCE;
            });
    doAnswer(
            call -> {
              kicks.release();
              return null;
            })
        .when(vcpu)
        .kick();
    vcpus.add(vcpu);
    buses = itsBuses;
    return vcpu;
  }

  Buses buses() {
    return buses;
  }
}
