package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuTopology;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.Msr;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.FlatLoader;
import org.kvm4j.testkit.FakeGuestMemory;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

final class VcpuSetupTest {

  private static final Msr FAST_STRINGS = new Msr(0x1a0, 1);
  private static final Msr WRITE_BACK_MEMORY = new Msr(0x2ff, 0x806);

  private static final Boot FLAT = new Boot.Flat(new byte[1]);
  private static final Boot KERNEL = Boot.Kernel.of(Path.of("vmlinuz"), Optional.empty(), "");

  private static final SpecialRegisters IN_X2APIC_MODE =
      VcpuRegisters.AFTER_RESET.toBuilder()
          .apicBase(VcpuRegisters.AFTER_RESET.apicBase() | 1 << 10)
          .build();

  private final CpuidTable host =
      new CpuidTable(List.of(new CpuidEntry(1, 0, 0, 0x600f12, 0, 0, 0)));
  private final Hypervisor hypervisor = mock(Hypervisor.class);
  private final Vcpu vcpu = mock(Vcpu.class);
  private final BootState boot =
      FlatLoader.load(new FakeGuestMemory(2 << 20), new byte[1], Boot.Flat.ADDRESS);
  private VcpuSetup setup;

  private static MachineConfig config(CpuTopology topology, Boot boot) {
    return MachineConfig.standard(MockKvm.RAM_BYTES, 1, boot)
        .withProcessors(Processors.of(topology));
  }

  @BeforeEach
  void twoVcpus() {
    when(hypervisor.supportedCpuid()).thenReturn(host);
    when(vcpu.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET);
    setup = new VcpuSetup(hypervisor, config(CpuTopology.ofCores(2), FLAT), boot);
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
  void kernelsWithX2ApicIds_findAllLocalApicsInThatMode() {
    when(vcpu.id()).thenReturn(299);

    new VcpuSetup(hypervisor, config(CpuTopology.ofCores(300), KERNEL), boot).prepare(vcpu);

    InOrder order = inOrder(vcpu);
    order.verify(vcpu).setCpuid(host.forVcpu(299, 300)); // KVM refuses the mode without its bit
    order.verify(vcpu).setSpecialRegisters(IN_X2APIC_MODE);
    verify(vcpu, never()).setRegisters(any());
  }

  @Test
  void bootVcpu_isInThatMode_andHasItsOtherRegistersToo() {
    when(vcpu.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET, IN_X2APIC_MODE);

    new VcpuSetup(hypervisor, config(CpuTopology.ofCores(300), KERNEL), boot).prepare(vcpu);

    verify(vcpu).setSpecialRegisters(boot.specialRegisters(IN_X2APIC_MODE));
  }

  /** Small kernels write to the local APIC's page; and code itself is what firmware is. */
  @Test
  void localApics_areLeftAlone_whereIdsFit_orNoFirmwareWouldHaveRun() {
    when(vcpu.id()).thenReturn(1);

    new VcpuSetup(hypervisor, config(CpuTopology.ofCores(255), KERNEL), boot).prepare(vcpu);
    new VcpuSetup(hypervisor, config(CpuTopology.ofCores(300), FLAT), boot).prepare(vcpu);

    verify(vcpu, never()).setSpecialRegisters(any());
  }

  @Test
  void extendedDestinations_areOffered_whereOurIoapicKnowsThem_andIdsNeedThem() {
    CpuidEntry kvm = new CpuidEntry(0x4000_0001, 0, 0, 1, 0, 0, 0);
    when(hypervisor.supportedCpuid()).thenReturn(host.with(kvm));
    CpuTopology wide = CpuTopology.ofCores(300);

    assertEquals(1 | 1 << 15, kvmFeatures(config(wide, KERNEL).withSplitIrqchip(), 300));
    assertEquals(1, kvmFeatures(config(wide, KERNEL), 300));
    assertEquals(1, kvmFeatures(config(CpuTopology.ofCores(2), FLAT).withSplitIrqchip(), 2));
  }

  private int kvmFeatures(MachineConfig config, int vcpus) {
    Vcpu last = mock(Vcpu.class);
    when(last.id()).thenReturn(vcpus - 1);
    when(last.specialRegisters()).thenReturn(VcpuRegisters.AFTER_RESET);
    ArgumentCaptor<CpuidTable> table = ArgumentCaptor.forClass(CpuidTable.class);

    new VcpuSetup(hypervisor, config, boot).prepare(last);

    verify(last).setCpuid(table.capture());
    return table.getValue().find(0x4000_0001, 0).orElseThrow().eax();
  }

  @Test
  void refusedMsr_isLeftOut_andTheOthersAreSet() {
    doThrow(new KvmException("KVM refuses MSR 0x1a0")).when(vcpu).setMsrs(List.of(FAST_STRINGS));

    setup.prepare(vcpu);

    verify(vcpu).setMsrs(List.of(WRITE_BACK_MEMORY));
    verify(vcpu).setRegisters(boot.registers());
  }
}
