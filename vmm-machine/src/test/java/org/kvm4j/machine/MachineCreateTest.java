package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.CpuTopology;
import org.kvm4j.KvmException;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.memory.HostMemory;
import org.kvm4j.memory.MemorySpec;
import org.mockito.InOrder;

/** The making of a machine, against a KVM of mocks. */
@Timeout(60)
final class MachineCreateTest {

  private static final MachineConfig CONFIG =
      MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[] {(byte) 0xf4}))
          .withDevices(List.of(DeviceRequest.of("probe")));

  private final MockKvm kvm = new MockKvm();
  private final ProbeDevice probe = ProbeDevice.onAccess(context -> {});

  private Machine create(MachineConfig config) {
    return create(config, probe);
  }

  private Machine create(MachineConfig config, ProbeDevice... providers) {
    return Machine.create(
        kvm.hypervisor,
        config,
        DeviceCatalog.of(List.of(providers)),
        (device, spec) -> {
          throw new AssertionError(device + " opened " + spec);
        });
  }

  @Test
  void machine_isSetUpInTheOrderThatKvmWants() {
    create(CONFIG.withKernelPit()).close();

    InOrder order = inOrder(kvm.hypervisor, kvm.vm, kvm.slots, kvm.vcpus.get(0));
    order.verify(kvm.hypervisor).createVm();
    order.verify(kvm.vm).setTssAddress(MemoryLayout.TSS_ADDRESS);
    order.verify(kvm.vm).setIdentityMapAddress(MemoryLayout.IDENTITY_MAP_ADDRESS);
    order.verify(kvm.vm).createIrqchip();
    order.verify(kvm.vm).createPit2(true);
    order.verify(kvm.slots).add(MemorySpec.ram(0, MockKvm.RAM_BYTES));
    order.verify(kvm.vm).createVcpu(eq(0), any());
    order.verify(kvm.vcpus.get(0)).setCpuid(any());
    order.verify(kvm.vcpus.get(0)).setRegisters(any());
    order.verify(kvm.vm).createVcpu(eq(1), any());
    order.verify(kvm.vm).close();
  }

  @Test
  void kernelsTimer_isNotThere_unlessAskedFor() {
    create(CONFIG).close();

    verify(kvm.vm, never()).createPit2(anyBoolean());
  }

  @Test
  void ramThatDoesNotFitBelowTheDevices_goesOnAt4GiB() {
    long gib = 1L << 30;

    create(CONFIG.withRam(Ram.of(4 * gib))).close();

    verify(kvm.slots).add(MemorySpec.ram(0, 3 * gib));
    verify(kvm.slots).add(MemorySpec.ram(4 * gib, gib));
  }

  @Test
  void ram_isOfTheKindAskedFor_andItsFilesAreTold() {
    HostMemory kind = HostMemory.STANDARD.withHugePages(true).withMemfd(true);
    MemorySlot slot = new MemorySlot(0, 0, MockKvm.RAM_BYTES);
    when(kvm.slots.all()).thenReturn(List.of(slot));
    when(kvm.slots.memfd(slot)).thenReturn(OptionalInt.of(42));

    try (Machine machine = create(CONFIG.withRam(CONFIG.ram().on(kind)))) {
      assertEquals(List.of(new RamFile(0, MockKvm.RAM_BYTES, 42)), machine.ramFiles());
    }

    verify(kvm.slots).add(MemorySpec.ram(0, MockKvm.RAM_BYTES).on(kind));
  }

  @Test
  void vcpus_haveTheApicIdsOfTheirTopology() {
    create(CONFIG.withProcessors(Processors.of(new CpuTopology(2, 3, 1)))).close();

    assertEquals(List.of(0, 1, 2, 4, 5, 6), kvm.vcpus.stream().map(Vcpu::id).toList());
  }

  @Test
  void pinToACpuThatTheHostLacks_isRefusedBeforeThereIsAVcpu() {
    Processors pinned = Processors.of(2).withPins(Map.of(1, Set.of(9999)));

    BootException e =
        assertThrows(BootException.class, () -> create(CONFIG.withProcessors(pinned)));

    assertTrue(e.getMessage().startsWith("vCPU 1 is pinned to host CPU 9999, "), e::getMessage);
    assertEquals(List.of(), kvm.vcpus);
    verify(kvm.vm).close();
  }

  @Test
  void code_isInMemoryWhenTheMachineIsMade() {
    try (Machine machine = create(CONFIG)) {
      assertEquals(0xf4, machine.memory().readByte(Boot.Flat.ADDRESS));
    }
  }

  @Test
  void nothingRuns_untilTheMachineIsStarted() {
    create(CONFIG).close();

    verify(kvm.vcpus.get(0), never()).run();
    verify(kvm.vcpus.get(1), never()).run();
  }

  static Stream<Arguments> stepsThatKvmMayRefuse() {
    return Stream.of(
        step("setTssAddress", vm -> vm.setTssAddress(anyLong())),
        step("setIdentityMapAddress", vm -> vm.setIdentityMapAddress(anyLong())),
        step("createIrqchip", Vm::createIrqchip),
        step("createPit2", vm -> vm.createPit2(anyBoolean())),
        step("memory", Vm::slots),
        step("first vCPU", vm -> vm.createVcpu(eq(0), any())),
        step("second vCPU", vm -> vm.createVcpu(eq(1), any())));
  }

  private static Arguments step(String name, Consumer<Vm> call) {
    return Arguments.arguments(Named.of(name, call));
  }

  @ParameterizedTest
  @MethodSource("stepsThatKvmMayRefuse")
  void refusedStep_comesToTheCaller_withNothingLeftBehind(Consumer<Vm> step) {
    KvmException refusal = new KvmException("refused");
    step.accept(doThrow(refusal).when(kvm.vm));

    KvmException thrown = assertThrows(KvmException.class, () -> create(CONFIG.withKernelPit()));

    assertSame(refusal, thrown);
    verify(kvm.vm).close();
    assertEquals(0, timerThreads());
  }

  @Test
  void vcpuThatCannotBeSetUp_leavesNothingBehind() {
    KvmException refusal = new KvmException("KVM_SET_CPUID2: EINVAL (22). Use another host.");
    Vcpu refusing = mock(Vcpu.class);
    doThrow(refusal).when(refusing).setCpuid(any());
    when(kvm.vm.createVcpu(anyInt(), any())).thenReturn(refusing);

    assertSame(refusal, assertThrows(KvmException.class, () -> create(CONFIG)));

    assertTrue(probe.isClosed());
    verify(kvm.vm).close();
    assertEquals(0, timerThreads());
  }

  @Test
  void refusedVm_comesToTheCaller() {
    KvmException refusal = new KvmException("KVM_CREATE_VM on /dev/kvm: EBUSY (16). Wait.");
    when(kvm.hypervisor.createVm()).thenThrow(refusal);

    assertSame(refusal, assertThrows(KvmException.class, () -> create(CONFIG)));

    assertEquals(0, timerThreads());
  }

  @Test
  void deviceThatCannotBeCreated_closesThoseBeforeIt() {
    ProbeDevice first = new ProbeDevice("first", context -> {}, context -> {});
    DeviceConfigurationException refusal = new DeviceConfigurationException("no");
    ProbeDevice second =
        ProbeDevice.onCreate(
            context -> {
              throw refusal;
            });

    assertSame(
        refusal,
        assertThrows(
            DeviceConfigurationException.class,
            () ->
                create(
                    CONFIG.withDevices(
                        List.of(DeviceRequest.of("first"), DeviceRequest.of("probe"))),
                    first,
                    second)));

    assertTrue(first.isClosed());
    assertFalse(second.isClosed(), "it never was");
    verify(kvm.vm).close();
  }

  @Test
  void unknownDevice_isRefusedWithWhatThereIs() {
    DeviceConfigurationException e =
        assertThrows(
            DeviceConfigurationException.class,
            () -> create(CONFIG.withDevices(List.of(DeviceRequest.of("prob")))));

    assertEquals(
        "There is no device type 'prob'. Did you mean 'probe'? Types: probe.", e.getMessage());
    verify(kvm.vm).close();
  }

  @Test
  void devicesThatWantOnePort_areRefusedBothByName() {
    List<DeviceRequest> two = List.of(DeviceRequest.of("probe"), DeviceRequest.of("probe"));

    DeviceConflictException e =
        assertThrows(DeviceConflictException.class, () -> create(CONFIG.withDevices(two)));

    assertEquals(
        "device probe-2 wants ports 0x200-0x200, but device probe has ports 0x200-0x200. Give one"
            + " of them another base.",
        e.getMessage());
    verify(kvm.vm).close();
  }

  @Test
  void tooLittleRam_isRefused_beforeThereIsAVm() {
    MachineConfig config = CONFIG.withRam(Ram.of(1 << 20));

    assertThrows(BootException.class, () -> create(config));

    verify(kvm.hypervisor, never()).createVm();
  }

  @Test
  void codeThatDoesNotFit_isRefused_withNothingLeftBehind() {
    MachineConfig config =
        MachineConfig.standard(MockKvm.RAM_BYTES, 1, new Boot.Flat(new byte[MockKvm.RAM_BYTES]))
            .withDevices(CONFIG.devices());

    assertThrows(BootException.class, () -> create(config));

    assertTrue(probe.isClosed());
    verify(kvm.vm).close();
  }

  private static long timerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("kvm4j-timers"))
        .count();
  }
}
