package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuTopology;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.Msr;
import org.kvm4j.Vcpu;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.FlatLoader;
import org.kvm4j.testkit.FakeGuestMemory;
import org.mockito.InOrder;

final class VcpuSetupTest {

  private static final Msr FAST_STRINGS = new Msr(0x1a0, 1);
  private static final Msr WRITE_BACK_MEMORY = new Msr(0x2ff, 0x806);

  private final CpuidTable host =
      new CpuidTable(List.of(new CpuidEntry(1, 0, 0, 0x600f12, 0, 0, 0)));
  private final Hypervisor hypervisor = mock(Hypervisor.class);
  private final Vcpu vcpu = mock(Vcpu.class);
  private final BootState boot =
      FlatLoader.load(new FakeGuestMemory(2 << 20), new byte[1], Boot.Flat.ADDRESS);
  private VcpuSetup setup;

  @BeforeEach
  void twoVcpus() {
    when(hypervisor.supportedCpuid()).thenReturn(host);
    when(vcpu.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET);
    setup = new VcpuSetup(hypervisor, CpuTopology.ofCores(2), boot);
  }

  @Test
  void firstVcpu_isSetUpInTheOrderThatKvmWants() {
    setup.prepare(vcpu);

    InOrder order = inOrder(vcpu);
    order.verify(vcpu).setCpuid(host.forVcpu(0, 2));
    order.verify(vcpu).setMsrs(List.of(FAST_STRINGS));
    order.verify(vcpu).setMsrs(List.of(WRITE_BACK_MEMORY));
    order.verify(vcpu).setSpecialRegisters(boot.specialRegisters(VcpuRegisters.AFTER_RESET));
    order.verify(vcpu).setFpu(FpuState.initial());
    order.verify(vcpu).setRegisters(boot.registers());
    assertEquals(Boot.Flat.ADDRESS, boot.registers().rip());
  }

  @Test
  void otherVcpu_keepsItsRegisters_andWaitsForItsStartUpIpi() {
    when(vcpu.id()).thenReturn(1);

    setup.prepare(vcpu);

    verify(vcpu).setCpuid(host.forVcpu(1, 2));
    verify(vcpu).setMsrs(List.of(WRITE_BACK_MEMORY));
    verify(vcpu, never()).setSpecialRegisters(any());
    verify(vcpu, never()).setFpu(any());
    verify(vcpu, never()).setRegisters(any());
    verify(vcpu, never()).setMpState(any());
  }

  @Test
  void refusedMsr_isLeftOut_andTheOthersAreSet() {
    doThrow(new KvmException("KVM refuses MSR 0x1a0")).when(vcpu).setMsrs(List.of(FAST_STRINGS));

    setup.prepare(vcpu);

    verify(vcpu).setMsrs(List.of(WRITE_BACK_MEMORY));
    verify(vcpu).setRegisters(boot.registers());
  }
}
