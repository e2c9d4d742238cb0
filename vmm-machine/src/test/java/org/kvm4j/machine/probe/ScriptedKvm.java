package org.kvm4j.machine.probe;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.lenient;
import static org.mockito.Mockito.mock;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.kvm4j.Buses;
import org.kvm4j.CpuidTable;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.bus.PioBus;
import org.kvm4j.testkit.FakeGuestMemory;

/** Mocks of KVM whose guests do what a test says. */
final class ScriptedKvm {

  /** What a guest does until the vCPU stops. */
  @FunctionalInterface
  interface Guest {
    VcpuExit run(PioBus ports) throws InterruptedException;
  }

  static final CpuidTable NO_FEATURES = new CpuidTable(List.of());

  final Hypervisor hypervisor = mock(Hypervisor.class);
  final Vm vm = mock(Vm.class);
  final Vcpu vcpu = mock(Vcpu.class);
  private final Semaphore kicks = new Semaphore(0);
  private PioBus ports;

  ScriptedKvm() {
    Segment segment = Segment.code64(8);
    DescriptorTable table = new DescriptorTable(0, 0);
    SpecialRegisters reset =
        new SpecialRegisters(
            segment,
            segment,
            segment,
            segment,
            segment,
            segment,
            segment,
            segment,
            table,
            table,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            Collections.nCopies(4, 0L));
    lenient().when(hypervisor.createVm()).thenReturn(vm);
    lenient().when(hypervisor.apiVersion()).thenReturn(12);
    lenient().when(hypervisor.supportedCpuid()).thenReturn(NO_FEATURES);
    lenient().when(hypervisor.checkExtension(anyInt())).thenReturn(1);
    lenient().when(vm.memory()).thenAnswer(call -> new FakeGuestMemory((int) ProbeImage.RAM_BYTES));
    lenient()
        .when(vm.createVcpu(anyInt(), any()))
        .thenAnswer(
            call -> {
              ports = call.<Buses>getArgument(1).pio();
              return vcpu;
            });
    lenient().when(vcpu.specialRegisters()).thenReturn(reset);
    lenient()
        .doAnswer(
            call -> {
              kicks.release();
              return null;
            })
        .when(vcpu)
        .kick();
  }

  /** All guests from now on. */
  void guest(Guest guest) {
    doAnswer(call -> guest.run(ports)).when(vcpu).run();
  }

  /** A guest that writes a port and then is left alone. */
  void guestWrites(int port, int value) {
    guest(
        bus -> {
          bus.write(port, 1, value);
          return VcpuExit.Interrupted.INSTANCE;
        });
  }

  /** A guest that stays inside until it is kicked. */
  void guestHangs() {
    guest(
        bus -> {
          kicks.acquire();
          return VcpuExit.Interrupted.INSTANCE;
        });
  }
}
